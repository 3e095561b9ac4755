import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from keras_gan_zoo.metrics import blocks, cmmd, kernel, kernel_distance

UNIT = 2**1074  # every float64 is a multiple of 1 / UNIT


def exact(x, y):
    """The unbiased estimate in whole numbers: no rounding at all but the last."""
    x, y = (
        np.array([[int(Fraction(float(v)) * UNIT) for v in row] for row in rows])
        for rows in (x, y)
    )
    d, n, m = x.shape[1], len(x), len(y)

    def kernels(a, b):
        return (a @ b.T + d * UNIT**2) ** 3

    def within(rows):
        matrix = kernels(rows, rows)
        return int(matrix.sum() - matrix.trace())

    total = Fraction(within(x), n * (n - 1)) + Fraction(within(y), m * (m - 1))
    total -= Fraction(2 * int(kernels(x, y).sum()), n * m)
    return float(total / (d * UNIT**2) ** 3)


def clouds():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 6)), rng.normal(0.3, 1.2, (35, 6))
    few = rng.normal(size=(5, 40))
    ends = np.resize([-99.0, 99.0], 40)[:, None]
    return {
        "plain": (x, y),
        "float32": (x.astype("float32"), y.astype("float32")),
        "float16": (x.astype("float16"), y.astype("float16")),
        "means 1000": (x + 1000, y + 1000),
        "means 1e6": (x + 1e6, y + 1e6),
        "means far apart": (x, y + 1000),
        "scale 1e-6": (x * 1e-6, y * 1e-6),
        "scale 1e-3, means 1e6": (x * 1e-3 + 1e6, y * 1e-3 + 1e6),
        "scale 1e6": (x * 1e6, y * 1e6),
        "scale 1e20": (x * 1e20, y * 1e20),
        "heavy tails": (
            rng.standard_cauchy((40, 6)),
            rng.standard_cauchy((35, 6)),
        ),
        "two tight clusters far apart": (ends + x * 1e-2, ends[:35] + y * 1e-2),
        "one dimension": (x[:, :1], y[:, :1]),
        "fewer rows than dimensions": (few[:3], few[2:] * 1.5),
        "two rows": (x[:2], y[:2]),
        "a constant feature": (
            np.column_stack([x, np.full(40, 7.0)]),
            np.column_stack([y, np.full(35, 7.0)]),
        ),
        "generated all equal": (np.full((20, 6), 0.1), y),
        "shared rows": (np.concatenate([x, y[:9]]), y),
        "sorted": (np.sort(x, axis=0), np.sort(y, axis=0)),
    }


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 16)


@pytest.mark.parametrize("name", clouds())
def test_equals_whole_number_arithmetic(name):
    x, y = clouds()[name]
    distance, std = kernel_distance(x, y, subsets=None)
    assert distance == pytest.approx(exact(x, y), rel=1e-9, abs=0)
    assert std == 0.0


@pytest.mark.parametrize("name", clouds())
def test_subsets_of_all_rows_are_the_full_estimate(name):
    """Also where single precision overflows or is not close enough."""
    x, y = clouds()[name]
    size = min(len(x), len(y))
    x, y = x[:size], y[:size]
    mean, std = kernel_distance(x, y, subsets=3, subset_size=size)
    assert mean == pytest.approx(exact(x, y), rel=1.1e-7, abs=0)
    assert std <= 1e-6 * abs(mean)


def test_identical_sets_are_below_0():
    """Of one set twice, k's mean over the diagonal is missing: -2 / n of its excess."""
    x = clouds()["plain"][0]
    d = x.shape[1]
    matrix = (x @ x.T / d + 1) ** 3
    off = (matrix.sum() - np.trace(matrix)) / (40 * 39)
    expected = 2 / 40 * (off - np.trace(matrix) / 40)
    assert expected < 0
    assert kernel_distance(x, x, None)[0] == pytest.approx(expected, rel=1e-12)


def test_constant_sets_have_a_closed_form():
    """Two points a and b: k(a, a) + k(b, b) - 2 k(a, b)."""
    a, b = np.array([1.0, 2.0]), np.array([3.0, 0.0])
    distance, _ = kernel_distance(np.tile(a, (5, 1)), np.tile(b, (7, 1)), None)
    assert distance == pytest.approx(3.5**3 + 5.5**3 - 2 * 2.5**3, rel=1e-12)
    assert kernel_distance(np.ones((5, 3)), np.ones((9, 3)), None) == (0.0, 0.0)


def test_gaussians_have_a_closed_form():
    """Unbiased: with w = a.b / d of two normal sets, moments of w give E k.

    In one dimension E k(a, b) = sum over p of binomial(3, p) E a^p E b^p.
    """
    rng = np.random.default_rng(1)
    runs = [
        kernel_distance(
            rng.normal(0.5, 1.0, (60, 1)), rng.normal(0.0, 1.5, (40, 1)), None
        )[0]
        for _ in range(4000)
    ]

    def moments(mean, std):
        return np.array([1, mean, mean**2 + std**2, mean**3 + 3 * mean * std**2])

    gap = moments(0.5, 1.0) - moments(0.0, 1.5)
    expected = np.array([1, 3, 3, 1]) @ gap**2
    error = np.std(runs) / np.sqrt(len(runs))
    assert error < 0.05 * expected
    assert np.mean(runs) == pytest.approx(expected, abs=4 * error)


def test_subsets_are_unbiased_and_their_std_is_their_spread():
    x, y = clouds()["plain"]
    full = exact(x, y)
    mean, std = kernel_distance(x, y, subsets=2000, subset_size=10, seed=1)
    assert mean == pytest.approx(full, abs=4 * std / np.sqrt(2000))
    means = [kernel_distance(x, y, 1, 10, seed=seed)[0] for seed in range(300)]
    assert np.std(means) == pytest.approx(std, rel=0.2)


def test_many_subsets_share_one_pass_over_the_pairs(monkeypatch):
    """The same draws one by one give the same."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(45, 4)) + 1
    shared = kernel_distance(x, y, subsets=40, subset_size=12)
    assert shared[1] > 0
    one_by_one = kernel._distances
    monkeypatch.setattr(
        kernel,
        "_distances",
        lambda sets, draws, *rest: np.concatenate(
            [one_by_one(sets, [draw], *rest) for draw in draws]
        ),
    )
    assert kernel_distance(x, y, 40, 12) == pytest.approx(shared, rel=1e-6)


def test_seed_names_the_draws():
    x, y = clouds()["plain"]
    first = kernel_distance(x, y, 5, 20, seed=0)
    assert kernel_distance(x, y, 5, 20, seed=0) == first
    assert kernel_distance(x, y, 5, 20, seed=1) != first


@pytest.mark.parametrize(
    ("x", "y", "settings", "match"),
    [
        (np.zeros((999, 2)), np.zeros((5000, 2)), {}, "subset_size=1000"),
        (np.zeros((5000, 2)), np.zeros((999, 2)), {}, "real of shape .999, 2."),
        (np.zeros((9, 2)), np.zeros((9, 2)), {"subset_size": 1}, "at least 2"),
        (np.zeros((9, 2)), np.zeros((9, 2)), {"subsets": 0}, "subsets=0"),
        (np.zeros((1, 2)), np.zeros((9, 2)), {}, "`generated` .* at least 2 rows"),
        (np.zeros((9, 2)), np.zeros((9, 3)), {}, "one extractor"),
        (np.full((9, 2), np.nan), np.zeros((9, 2)), {}, "first of them row 0"),
    ],
)
def test_bad_input(x, y, settings, match):
    with pytest.raises(ValueError, match=match):
        kernel_distance(x, y, **settings)


def gaussian_mmd(x, y, sigma):
    """By SciPy's exact distances, and sums without rounding."""
    x, y = np.asarray(x, "float64"), np.asarray(y, "float64")

    def mean(a, b):
        gaps = np.expm1(-cdist(a, b, "sqeuclidean") / (2 * sigma**2))
        return math.fsum(gaps.ravel()) / gaps.size

    return 1000 * (mean(x, x) + mean(y, y) - 2 * mean(x, y))


@pytest.mark.parametrize("sigma", [0.5, 10.0])
@pytest.mark.parametrize(
    "name", sorted(set(clouds()) - {"scale 1e-6", "scale 1e-3, means 1e6"})
)
def test_cmmd_equals_scipy(name, sigma):
    x, y = clouds()[name]
    expected = gaussian_mmd(x, y, sigma)
    assert cmmd(x, y, sigma) == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("name", ["scale 1e-6", "scale 1e-3, means 1e6"])
def test_cmmd_of_features_much_smaller_than_sigma(name):
    """k is 1 to the last digits; what is left is |gap of the means|^2 / sigma^2."""
    x, y = clouds()[name]
    gap = x.mean(axis=0) - y.mean(axis=0)
    assert cmmd(x, y) == pytest.approx(1000 * gap @ gap / 100, rel=1e-5, abs=0)


def test_cmmd_of_identical_sets_is_0():
    for x, _ in clouds().values():
        assert cmmd(x, x) == pytest.approx(0.0, abs=1e-12)


def test_cmmd_over_several_blocks(monkeypatch):
    monkeypatch.undo()
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2100, 3)), rng.normal(0.5, 1, (1001, 3))
    assert cmmd(x, y, 2.0) == pytest.approx(gaussian_mmd(x, y, 2.0), rel=1e-9)


def test_cmmd_keeps_the_diagonal():
    """Biased: of two points far apart, 1 + 1 for each with itself."""
    assert cmmd([[0.0], [1e4]], [[2e4], [3e4]]) == pytest.approx(1000.0, rel=1e-12)


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.nan])
def test_cmmd_sigma(sigma):
    with pytest.raises(ValueError, match="`sigma` must be positive"):
        cmmd(np.zeros((3, 2)), np.zeros((3, 2)), sigma)
