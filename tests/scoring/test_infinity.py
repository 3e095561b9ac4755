"""FID-infinity and IS-infinity through `score`: groups, intervals, conditions."""

import itertools

import numpy as np
import pytest
from scipy.special import rel_entr, softmax

from keras_gan_zoo import metrics
from keras_gan_zoo.scoring import Reference, ScoreReport, compare, score
from keras_gan_zoo.scoring.collection import Collection
from keras_gan_zoo.scoring.collectors import KernelBlocks
from keras_gan_zoo.scoring.job import Plan
from keras_gan_zoo.scoring.moments import Moments

NAMES = ("fid_infinity", "is_infinity")
COUNT = 403


@pytest.fixture
def rows(rng):
    return {
        "features": rng.normal(1, 2, (COUNT, 3)),
        "logits": rng.normal(0, 2, (COUNT, 5)),
    }


@pytest.fixture
def real(rng):
    return rng.normal(0, 1, (200, 3))


def fid(rows, real):
    return metrics.frechet_distance(rows, real)


def inception_score(logits, _=None):
    p = softmax(logits, axis=1)
    return np.exp(rel_entr(p, p.mean(axis=0)).sum(axis=1).mean())


def limit(parts, score, real):
    """a of F(N) = a + b / N, of all parts together and of two lists of them."""
    whole, *halves = (np.concatenate(some) for some in parts)
    inverse = np.mean([1 / len(half) for half in halves])
    known = [score(whole, real), np.mean([score(half, real) for half in halves])]
    return np.linalg.solve([[1, 1 / len(whole)], [1, inverse]], known)


def collect(rows, real, names=NAMES, cuts=(0, 100, 101, 300, COUNT)):
    reference = Reference("array", Moments().update(real), features=real)
    plan = Plan(names, COUNT, splits=4)
    whole = Collection(plan, reference)
    for a, b in itertools.pairwise(cuts):  # a shard each
        part = Collection(plan, reference, shard=True)
        part.update(a, {name: rows[name][a:b] for name in plan.outputs})
        whole.merge(part)
    return whole


def groups_of(rows):
    """The 20 groups of each: consecutive; parts of 4 splits, each moved by one."""
    edges = np.arange(21) * COUNT // 20
    features = np.split(rows["features"], edges[1:-1])
    logits = [[] for _ in range(20)]
    for i, split in enumerate(np.split(rows["logits"], np.arange(1, 4) * COUNT // 4)):
        parts = np.arange(len(split)) * 20 // len(split)
        for part in range(20):
            logits[(part + i) % 20].append(split[parts == part])
    return features, [np.concatenate(group) for group in logits]


#: by the Thue-Morse sequence
HALVES = (0, 3, 5, 6, 9, 10, 12, 15, 17, 18), (1, 2, 4, 7, 8, 11, 13, 14, 16, 19)


def test_halves_are_groups(rows, real):
    found = collect(rows, real).scores()
    features, logits = groups_of(rows)
    for name, slope, groups, score_of in (
        ("fid_infinity", "fid_slope", features, fid),
        ("is_infinity", "is_slope", logits, inception_score),
    ):
        parts = [[groups[g] for g in half] for half in (range(20), *HALVES)]
        expected = limit(parts, score_of, real)
        assert (found[name], found[slope]) == pytest.approx(expected, rel=1e-9)
    assert set(found) == {"fid_infinity", "fid_slope", "is_infinity", "is_slope"} | (
        {"is_std"} & set(found)
    )


def test_replicates_leave_one_group_out_of_its_half(rows, real):
    found = collect(rows, real).replicates()
    features, logits = groups_of(rows)
    for name, groups, score_of in (
        ("fid_infinity", features, fid),
        ("is_infinity", logits, inception_score),
    ):
        assert len(found[name]) == 20
        for out in (0, 7):
            kept = [[g for g in half if g != out] for half in (range(20), *HALVES)]
            parts = [[groups[g] for g in some] for some in kept]
            expected = limit(parts, score_of, real)[0]
            assert found[name][out] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [400, 500, 1000, 1200, 5000])
def test_halves_have_all_labels_that_come_in_turn(count):
    """Of ten perfect classes in turn, IS is 10 for any number of samples."""
    logits = np.where(np.eye(10)[np.arange(count) % 10], 50.0, 0.0)
    collection = Collection(Plan(("is", "is_infinity"), count, splits=10), None)
    collection.update(0, {"logits": logits})
    scores = collection.scores()
    assert scores["is"] == pytest.approx(10)
    assert scores["is_infinity"] == pytest.approx(10, abs=0.1)


def test_blocks_that_have_half_of_the_labels_each(rng):
    """Classes far apart, in turn: FID-infinity is as small as that of a shuffle."""
    centres = rng.normal(0, 10, (100, 4))
    features = centres[np.arange(1000) % 100] + rng.normal(0, 0.1, (1000, 4))
    reference = Reference("array", Moments().update(features))
    for rows in (features, rng.permutation(features)):
        collection = Collection(Plan(("fid_infinity",), 1000), reference)
        collection.update(0, {"features": rows})
        assert abs(collection.scores()["fid_infinity"]) < 1


def test_intervals_are_as_wide_as_fresh_samples_scatter(rng):
    """30 sets of one distribution: the intervals cover its limit, and are no wider
    than they must be."""
    moments = Moments().update(rng.normal(size=(4000, 3)))
    reference = Reference("array", moments)
    target = metrics.frechet_distance_from_moments(
        np.full(3, 0.4), np.eye(3), moments.mean, moments.covariance
    )
    values, widths, held = [], [], 0
    for _ in range(30):
        collection = Collection(Plan(("fid_infinity",), 400), reference)
        collection.update(0, {"features": rng.normal(0.4, 1, (400, 3))})
        value = collection.scores()["fid_infinity"]
        low, high = metrics.jackknife_interval(
            value, collection.replicates()["fid_infinity"]
        )
        values.append(value)
        widths.append((high - low) / 2 / 2.09)
        held += low <= target <= high
    assert held >= 25
    assert 0.7 < np.mean(widths) / np.std(values, ddof=1) < 1.5


QUIET = {"verify": False, "verbose": 0, "num_images": None}


@pytest.fixture
def reports(images, extractor):
    common = {"metrics": NAMES, "extractor": extractor, **QUIET}
    return {
        method: score(images, images // 2, infinity_method=method, **common)
        for method in ("halves", "paper")
    }


def test_conditions_name_the_method(reports):
    for method, words in (("halves", "disjoint halves"), ("paper", "15 values of N")):
        facts = reports[method].conditions
        assert facts["infinity_method"] == method
        assert all(words in facts["protocols"][name] for name in NAMES)
    assert all(reports["halves"].intervals[name] for name in NAMES)
    assert not any(reports["paper"].intervals.values())


def test_the_paper_s_method_equals_the_pure_function(reports, images, extractor):
    outputs = extractor.extract(images[np.random.default_rng(0).permutation(120)])
    real = extractor.extract(images // 2)["features"]
    expected, _ = metrics.frechet_distance_infinity(
        outputs["features"], real, method="paper"
    )
    assert reports["paper"]["fid_infinity"] == pytest.approx(expected, rel=1e-6)
    expected, _ = metrics.inception_score_infinity(outputs["logits"], method="paper")
    assert reports["paper"]["is_infinity"] == pytest.approx(expected, rel=1e-6)


def test_two_methods_are_not_compared(reports):
    compare({"a": reports["halves"], "b": reports["halves"]})
    with pytest.raises(ValueError, match="infinity_method: halves and paper"):
        compare(reports)
    old = reports["paper"].to_dict()
    del old["conditions"]["infinity_method"]
    with pytest.raises(ValueError, match="infinity_method: halves and None"):
        compare([reports["halves"], ScoreReport.from_dict(old)])


def test_the_score_to_extrapolate_is_no_metric_unasked(images, extractor):
    """Nor is the spread that comes with it."""
    report = score(images, None, "is_infinity", extractor, **QUIET)
    assert report.metrics == ["is_infinity"]
    assert set(report) == {"is_infinity", "is_slope"}
    old = report.to_dict()
    old["scores"] = {"is_std": 0.1, **old["scores"]}  # as reports of 0.1.0 have it
    assert ScoreReport.from_dict(old).metrics == ["is_infinity"]


def test_other_metrics_have_no_such_condition(images, extractor):
    report = score(images, images // 2, "fid", extractor, **QUIET)
    assert "infinity_method" not in report.conditions


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"infinity_method": "thirds"}, "`infinity_method` must be one of"),
        ({"metrics": "fid_infinity", "num_images": 15}, "At least 16 images"),
        ({"metrics": "is_infinity", "num_images": 79}, "At least 80 images"),
    ],
)
def test_bad_arguments(images, extractor, change, says):
    with pytest.raises(ValueError, match=says):
        score(images, images // 2, extractor=extractor, **{**QUIET, **change})


def test_one_block_or_split_has_no_spread(images, extractor):
    common = {"metrics": ["kid", "is"], "extractor": extractor, **QUIET}
    report = score(images, images[:90], splits=1, **common)
    assert "kid_std" not in report
    assert "is_std" not in report
    assert "(std" not in str(report)
    assert "nan" not in str(report).lower()


def test_two_blocks_have_a_spread(rng):
    real = rng.normal(size=(50, 3))
    blocks = KernelBlocks(Plan(("kid",), 100), Reference("x", None, features=real))
    blocks.update(0, rng.normal(size=(100, 3)))
    assert blocks.scores()["kid_std"] > 0
