import numpy as np
import pytest
from scipy.spatial.distance import cdist

from keras_gan_zoo.metrics import (
    density_coverage,
    neighbour_scores,
    neighbours,
    precision_recall,
)


def truth(x, y, k_precision=3, k_density=5):
    """From all distances at once, by SciPy's float64 differences."""
    x, y = np.asarray(x, "float64"), np.asarray(y, "float64")
    between = cdist(x, y, "sqeuclidean")

    def radii(rows, k):
        distances = cdist(rows, rows, "sqeuclidean")
        np.fill_diagonal(distances, np.inf)
        return np.sort(distances, axis=1)[:, k - 1]

    in_real = between <= radii(y, k_precision)
    in_fake = between <= radii(x, k_precision)[:, None]
    inside = between < radii(y, k_density)
    return {
        "precision": in_real.any(axis=1).mean(),
        "recall": in_fake.any(axis=0).mean(),
        "density": inside.sum() / (k_density * len(x)),
        "coverage": inside.any(axis=0).mean(),
    }


def clouds():
    """Pairs of sets whose scores are neither 0 nor 1."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(270, 12)), rng.normal(0.3, 0.9, (230, 12))
    integers = rng.integers(0, 3, (2, 200, 3)).astype("float64")
    lengths = np.geomspace(1, 1e6, 200)[:, None]
    few = rng.normal(size=(9, 40))
    clusters = np.repeat([-1e6, 1e6], 120)[:, None]
    return {
        "plain": (x, y),
        "float32": (x.astype("float32"), y.astype("float32")),
        "float16": (x.astype("float16"), y.astype("float16")),
        "means 1000": (x + 1000, y + 1000),
        "means 1000, float32": (
            (x + 1000).astype("float32"),
            (y + 1000).astype("float32"),
        ),
        "means 1e6": (x + 1e6, y + 1e6),
        "means 1e6, scale 1e-3": (x * 1e-3 + 1e6, y * 1e-3 + 1e6),
        "means far from each other": (x * 100, y * 100 + 1e4),
        "scale 1e-6": (x * 1e-6, y * 1e-6),
        "scale 1e-30": (x * 1e-30, y * 1e-30),
        "scale 1e30": (x * 1e30, y * 1e30),
        "scales of columns from 1 to 1e-9": (
            x * 10.0 ** -np.arange(12),
            y * 10.0 ** -np.arange(12),
        ),
        "heavy tails": (
            rng.standard_cauchy((250, 12)),
            rng.standard_cauchy((240, 12)),
        ),
        "lengths from 1 to 1e6": (x[:200] * lengths, y[:200] * lengths),
        "one row outweighs all": (
            np.concatenate([np.eye(1, 12), x * 1e-21]),
            y * 1e-21,
        ),
        "duplicates": (integers[0], integers[1]),
        "each row twice": (np.repeat(x, 2, axis=0), np.repeat(y, 2, axis=0)),
        "shared rows": (np.concatenate([x, y[:100]]), y),
        "sorted": (np.sort(x, axis=0), np.sort(y, axis=0)),
        "two tight clusters far apart": (
            x[:240] * 1e-2 + clusters,
            y[:230] * 1e-2 + clusters[5:-5],
        ),
        "one dimension": (x[:, :1], y[:, :1]),
        "fewer rows than dimensions": (few, few[::-1] * 1.2),
        "generated collapsed": (np.repeat(y[:1] + 0.1, 50, axis=0), y),
        "real all equal": (x, np.ones((50, 12))),
        "both all equal": (np.full((60, 12), 0.1), np.full((50, 12), 0.1)),
        "constant feature": (
            np.column_stack([x, np.full(270, 7.0)]),
            np.column_stack([y, np.full(230, 7.0)]),
        ),
    }


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    """Several blocks a side, as large sets have."""
    monkeypatch.setattr(neighbours, "TILE", 64)
    monkeypatch.setattr(neighbours, "PAIRS", 5000)


@pytest.mark.parametrize("name", clouds())
def test_every_comparison_is_that_of_exact_distances(name):
    x, y = clouds()[name]
    scores = neighbour_scores(x, y)
    assert scores == truth(x, y)
    assert precision_recall(x, y) == {k: scores[k] for k in ("precision", "recall")}
    assert density_coverage(x, y) == {k: scores[k] for k in ("density", "coverage")}


@pytest.mark.parametrize("name", clouds())
def test_identical_sets(name):
    """Every row lies in its own ball, whose edge is one of the others."""
    _, y = clouds()[name]
    scores = neighbour_scores(y, y)
    assert scores["precision"] == scores["recall"] == 1.0
    assert scores == truth(y, y)


def test_density_of_identical_sets_is_1_and_an_edge_is_outside():
    """The ball of k neighbours holds its centre and k - 1 rows: k of k."""
    y = np.random.default_rng(1).normal(size=(100, 8))
    assert density_coverage(y, y) == {"density": 1.0, "coverage": 1.0}
    line = np.array([[0.0], [1.0], [3.0], [7.0]])
    # 2 is on the edge of 1's ball and of no other: inside for <=, outside for <.
    assert precision_recall([[2.0], [50.0]], line, k=1)["precision"] == 0.5
    assert density_coverage([[2.0], [50.0]], line[:2], k=1)["density"] == 0.0


def test_which_side_is_real():
    """A generator of one of two modes is precise and forgets; one of both of one mode,
    the reverse.
    """
    rng = np.random.default_rng(2)
    near = np.array([0.0, 0.0]) + rng.normal(0, 0.1, (200, 2))
    far = np.array([9.0, 0.0]) + rng.normal(0, 0.1, (200, 2))
    both = np.concatenate([near, far])
    more = near + rng.normal(0, 0.01, near.shape)
    scores = neighbour_scores(more, both)
    assert scores["precision"] > 0.9
    assert 0.4 < scores["recall"] <= 0.5
    assert 0.4 < scores["coverage"] <= 0.5
    scores = neighbour_scores(both, more)
    assert 0.45 < scores["precision"] <= 0.5
    assert scores["recall"] > 0.9


def test_the_order_of_rows_does_not_matter():
    x, y = clouds()["plain"]
    shuffle = np.random.default_rng(3).permutation
    assert neighbour_scores(shuffle(x), shuffle(y)) == neighbour_scores(x, y)


@pytest.mark.parametrize("k", [1, 2, 7])
def test_other_ks(k):
    x, y = clouds()["plain"]
    assert neighbour_scores(x, y, k, 9 - k) == truth(x, y, k, 9 - k)


def test_inception_sized_features(monkeypatch):
    """2048 dimensions, as the error bound of single precision knows them."""
    monkeypatch.setattr(neighbours, "TILE", 200)
    rng = np.random.default_rng(4)
    mix = rng.normal(size=(2048, 2048)) * np.arange(1, 2049)[:, None] ** -0.7
    x = np.maximum(rng.normal(size=(450, 2048)) @ mix, 0).astype("float32")
    y = np.maximum(rng.normal(size=(400, 2048)) @ mix + 0.1, 0).astype("float32")
    assert neighbour_scores(x, y) == truth(x, y)


@pytest.mark.parametrize(
    ("x", "y", "match"),
    [
        (np.zeros((3, 2)), np.zeros((9, 2)), "k=3, generated of shape"),
        (np.zeros((9, 2)), np.zeros((5, 2)), "k=5, real of shape"),
        (np.zeros((1, 2)), np.zeros((1, 2)), "less than the number of rows"),
        (np.zeros((9, 2)), np.zeros((9, 3)), "one extractor"),
        (np.zeros(9), np.zeros((9, 1)), "matrix"),
        (np.zeros((9, 2)), np.where(np.eye(9, 2), np.nan, 0), "`real` .* row 0"),
    ],
)
def test_bad_input(x, y, match):
    with pytest.raises(ValueError, match=match):
        neighbour_scores(x, y)


@pytest.mark.parametrize("k", [0, -1])
def test_bad_k(k):
    with pytest.raises(ValueError, match=f"k={k}"):
        precision_recall(np.zeros((9, 2)), np.zeros((9, 2)), k=k)


def test_a_single_generated_row_has_a_density():
    assert density_coverage([[0.1]], [[0.0], [1.0]], k=1) == {
        "density": 2.0,
        "coverage": 1.0,
    }
