"""`compare`: rankings, noise, and what may not be compared."""

import json

import numpy as np
import pytest
from scipy import stats

from keras_gan_zoo.scoring import ScoreReport, compare, score

FACTS = {
    "extractor": "digits",
    "extractor_sha256": "e" * 64,
    "resizing": "none",
    "reference": "mnist:test",
    "data_fingerprint": "d" * 64,
    "num_fake": 10_000,
    "num_real": 10_000,
    "repeats": 1,
    "is_splits": 10,
    "interval_level": 0.95,
}


def make(source, fid, half=None, inception=None, **facts):
    scores = {"fid": fid} | ({} if inception is None else {"is": inception})
    bounds = {"fid": None if half is None else (fid - half, fid + half)}
    return ScoreReport(scores, bounds, {**FACTS, "source": source, **facts})


def test_ranks_and_tells_noise_from_difference():
    """MOVER: the difference of 2 has half-width sqrt(1 + 1), that of 1 not enough."""
    found = compare([make("c", 5.0, 1.0), make("a", 3.0, 1.0), make("b", 4.0, 1.0)])
    assert found.ranking() == ["a", "b", "c"]
    clear = found.verdict("c", "a")
    assert clear["verdict"] == "larger than the noise"
    assert clear["better"] == "a"
    assert clear["interval"] == pytest.approx([-2 - 2**0.5, -2 + 2**0.5])
    close = found.verdict("a", "b")
    assert close["verdict"] == "within the noise"
    assert "better" not in close
    assert len(found.pairs) == 3


def test_higher_is_better_where_it_is():
    reports = {
        "x": ScoreReport({"is": 9.0}, {"is": (8.9, 9.1)}, FACTS),
        "y": ScoreReport({"is": 8.0}, {"is": (7.9, 8.1)}, FACTS),
    }
    found = compare(reports)
    assert found.ranking() == ["x", "y"]
    assert found.verdict("x", "y", "is")["better"] == "x"


def test_no_interval_no_claim():
    found = compare({"a": make("g", 1.0), "b": make("g", 100.0, 0.1)})
    pair = found.verdict("a", "b")
    assert pair["verdict"] == "unknown"
    assert pair["interval"] is None
    assert "better" not in pair
    assert "unknown" in repr(found)


def test_two_metrics_two_orders():
    found = compare([make("a", 1.0, 0.1, 8.0), make("b", 2.0, 0.1, 9.0)])
    assert found.ranking() == ["a", "b"]
    assert found.ranking("is") == ["b", "a"]
    assert compare([*found.reports.values()], by="is").ranking() == ["b", "a"]
    with pytest.raises(ValueError, match=r"`by` must be one of \['is', 'fid'\]"):
        compare([*found.reports.values()], by="kid")


def test_names():
    a, b = make("my_gan", 1.0, 0.1), make("my_gan", 2.0, 0.1)
    assert list(compare([b, a]).reports) == ["my_gan #2", "my_gan #1"]
    assert list(compare({"old": b, "new": a}).reports) == ["new", "old"]


def test_files(tmp_path):
    paths = [make(n, i + 1.0, 0.1).save(tmp_path / n) for i, n in enumerate("ab")]
    assert compare(paths).ranking() == ["a", "b"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"extractor_sha256": "f" * 64}, "extractor_sha256: eeeeeeeeeeee... and ffff"),
        ({"extractor": "fashion"}, "extractor: digits and fashion"),
        ({"protocols": {"fid": "by sqrtm"}}, "protocol of fid: None and by sqrtm"),
        ({"resizing": "clean"}, "resizing: none and clean"),
        ({"data_fingerprint": "c" * 64}, "data_fingerprint"),
        ({"num_fake": 5_000}, "num_fake: 10000 and 5000"),
        ({"num_real": 5_000}, "num_real: 10000 and 5000"),
        ({"repeats": 3}, "repeats: 1 and 3"),
        ({"is_splits": 1}, "is_splits: 10 and 1"),
        ({"interval_level": 0.9}, "interval_level: 0.95 and 0.9"),
        ({"channels": "grey repeated to 3 channels"}, "channels"),
        (
            {"labels": "uniform", "num_classes": 10},
            "labels: balanced as the reference and uniform",
        ),
        ({"labels": "drawn by the GAN, from the seed's stream"}, "labels: balanced"),
    ],
)
def test_other_conditions_are_refused(change, named):
    one, other = make("a", 1.0, 0.1, 9.0), make("b", 2.0, 0.1, 9.0, **change)
    with pytest.raises(ValueError, match=f"'a' and 'b' with different .*{named}"):
        compare([one, other])


@pytest.mark.parametrize(
    "change",
    [
        {"labels": "balanced as the reference", "num_classes": 10},
        {"labels": "of the source", "num_classes": None},
        {"labels": "as given", "num_classes": None},
        {"use_ema": False},
    ],
)
def test_what_draws_as_usual_is_comparable(change):
    one, other = make("a", 1.0, 0.1), make("b", 2.0, 0.1, **change)
    assert compare([one, other]).ranking() == ["a", "b"]


def test_conditions_of_metrics_that_are_not_compared_may_differ():
    one, other = make("a", 1.0, 0.1), make("b", 2.0, 0.1, is_splits=1)
    assert compare([one, other]).metrics == ["fid"]


def test_a_protocol_counts_for_its_own_metric():
    def both(*inception):
        return [
            make(base, 1.0, 0.1, *inception, protocols={"fid": "ddof 1", "is": base})
            for base in ("base e", "base 2")
        ]

    assert compare(both()).metrics == ["fid"]
    with pytest.raises(ValueError, match="protocol of is: base e and base 2"):
        compare(both(9.0))


def test_conditions_that_no_report_states_are_equal():
    one, other = (ScoreReport({"fid": value}) for value in (1.0, 2.0))
    assert compare({"a": one, "b": other}).ranking() == ["a", "b"]


@pytest.mark.parametrize(
    ("reports", "match"),
    [
        ([], "two or more reports"),
        ([make("a", 1.0)], "two or more reports"),
        ([make("a", 1.0), 7], "Received: int"),
        (make("a", 1.0), "as a list or a dict of names.* Received: a ScoreReport"),
        ("a.json", "as a list or a dict of names.* Received: a str"),
        (7, "Received: a int"),
        ([make("a", 1.0), ScoreReport({"is": 1.0})], "must share a metric"),
    ],
)
def test_what_is_no_comparison(reports, match):
    with pytest.raises(ValueError, match=match):
        compare(reports)


def test_tables():
    pytest.importorskip("pandas")
    found = compare([make("a", 1.0, 0.5, 8.0), make("b", 4.0, 0.5, 9.0)])
    text = repr(found)
    head = text.splitlines()[0]
    assert " ".join(head.split()) == "rank model IS (digits) FID (digits)"
    assert "a and b: FID (digits) 1.000 and 4.000, larger than the noise, a is" in text
    assert "| 1 | a | 8.000 (no interval) | 1.000 (0.500 to 1.500) |" in (
        found.to_markdown()
    )
    assert json.loads(json.dumps(found.to_dict()))["ranking"]["is"] == ["b", "a"]
    frame = found.to_dataframe()
    assert frame["model"].tolist() == ["a", "b"]
    assert frame["fid_high"].tolist() == [1.5, 4.5]


def test_kid_is_shown_times_1000():
    facts = {**FACTS, "source": "a"}
    one, other = (
        ScoreReport({"kid": value}, {"kid": (value - 1e-4, value + 1e-4)}, facts)
        for value in (0.001, 0.002)
    )
    text = repr(compare([one, other]))
    assert "KID x 1e3 (digits)" in text
    assert "1.000 (0.900 to 1.100)" in text


def test_models_that_are_equal_seldom_seem_to_differ(rng, extractor):
    """Of 45 pairs of one and the same model a few may; at 5 % about two."""
    real = rng.integers(0, 200, (200, 8, 8, 1), "uint8")
    reports = [
        score(
            rng.integers(0, 256, (200, 8, 8, 1), "uint8"),
            real,
            ["fid"],
            extractor=extractor,
            num_images=None,
            verify=False,
            verbose=0,
        )
        for _ in range(10)
    ]
    found = compare(reports)
    apart = sum(p["verdict"] == "larger than the noise" for p in found.pairs)
    assert apart <= stats.binom.ppf(0.999, 45, 0.05)
    brighter = score(
        rng.integers(60, 256, (200, 8, 8, 1), "uint8"),
        real,
        ["fid"],
        extractor=extractor,
        num_images=None,
        verify=False,
        verbose=0,
    )
    found = compare([reports[0], brighter])
    assert found.pairs[0]["verdict"] == "larger than the noise"
    assert np.isfinite(found.pairs[0]["interval"]).all()
