"""The table of the whole zoo's scores."""

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import zoo
from keras_gan_zoo.zoo import largest_differences, score_table


def test_one_table_of_the_zoo(tiny_zoo, tmp_path, monkeypatch):
    out = tmp_path / "results" / "zoo_scores"
    reports = zoo.score_zoo(out, reference="digits:test", num_images=30, verbose=0)
    text = out.with_suffix(".md").read_text()
    assert text.startswith("| entry | parameters | IS (digits) | 95 % interval |")
    assert f"| {reports['tiny']['fid']:.2f} |" in text
    assert "30 samples of seed 0 against `digits:test` (1,000 images)" in text
    assert zoo.read_scores(out) == reports

    def refuse(*_, **__):
        raise AssertionError("scored again")

    monkeypatch.setattr(zoo.scores, "score", refuse)
    same = {"reference": "digits:test", "num_images": 30, "verbose": 0}
    assert zoo.score_zoo(out, resume=True, **same) == reports
    with pytest.raises(AssertionError, match="again"):
        zoo.score_zoo(out, resume=True, **{**same, "num_images": 31})
    with pytest.raises(ValueError, match="Received: nope"):
        zoo.score_zoo(out, ["nope"])


def report(fid, digest="a"):
    return kgz.ScoreReport(
        {"fid": fid},
        conditions={
            "generator_sha256": digest,
            "num_fake": 10,
            "reference": "mnist:test",
            "seed": 0,
            "extractor": "digits",
            "extractor_sha256": "e" * 64,
            "images_per_second": 1234.5,
            "backend": "jax",
            "device": "cuda:0",
        },
    )


def test_differences_between_two_machines():
    ours = {"a": report(1.0), "b": report(5.0), "c": report(0.0)}
    theirs = {"a": report(1.5), "b": report(5.25), "c": report(9.0, "other")}
    assert largest_differences(ours, theirs) == {"fid": (0.5, "a")}
    with pytest.raises(ValueError, match="none in common"):
        largest_differences(ours, {"c": theirs["c"]})
    assert "| `a` |  | 1.00 | - | 1,234 | jax, cuda:0 |" in score_table(ours, {})


def test_a_table_of_many_models():
    one = report(120.12)
    scores = {"is": 2.5, **one, "kid": 0.0025}
    one = kgz.ScoreReport(scores, {"is": (2.25, 2.75)}, one.conditions)
    text = score_table({"one": one, "two": one}, {})
    assert "| FID (digits) | 95 % interval | KID x 1e3 (digits) |" in text
    assert "| `two` |  | 2.50 | 2.25 to 2.75 | 120.12 | - | 2.50 | - | 1,234 |" in text
    assert "Not comparable with scores of the Inception network" in text
