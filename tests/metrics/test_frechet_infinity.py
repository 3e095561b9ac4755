import numpy as np
import pytest
from scipy import linalg, stats
from scipy.special import rel_entr, softmax

from keras_gan_zoo.metrics import (
    frechet_distance,
    frechet_distance_infinity,
    inception_score_infinity,
)


def by_sqrtm(x, mean, covariance):
    own = np.atleast_2d(np.cov(x.T))
    gap = x.mean(axis=0) - mean
    root = linalg.sqrtm(own @ covariance).real
    return gap @ gap + np.trace(own + covariance - 2 * root)


def line(x, seed, at_least, points, score):
    """Scores of rows that are drawn anew for each N; SciPy fits."""
    rng = np.random.default_rng(seed)
    counts = np.linspace(at_least, len(x), points).astype(int)
    scores = [score(rng.permutation(x)[:count]) for count in counts]
    fit = stats.linregress(1 / counts, scores)
    return fit.intercept, fit.slope


def from_halves(x, seed, score):
    """F(N) = a + b / N, solved for a and b at N and at N / 2."""
    half = len(x) // 2
    x = np.random.default_rng(seed).permutation(x)
    known = [score(x), (score(x[:half]) + score(x[half:])) / 2]
    return np.linalg.solve([[1, 1 / len(x)], [1, 1 / half]], known)


PAPER = {"method": "paper"}
METHODS = {
    "halves": ({}, from_halves),
    "paper": ({"at_least": 100}, lambda x, seed, f: line(x, seed, 100, 15, f)),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("d", [1, 7])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_equals_sqrtm_and_linear_algebra(d, offset, method):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, d)) @ rng.normal(size=(d, d)) + offset
    y = rng.normal(size=(300, d)) + 0.3 + offset
    moments = y.mean(axis=0), np.atleast_2d(np.cov(y.T))
    settings, by_hand = METHODS[method]
    expected = by_hand(x, 5, lambda rows: by_sqrtm(rows, *moments))
    for real in (y, moments):
        found = frechet_distance_infinity(x, real, seed=5, method=method, **settings)
        assert found == pytest.approx(tuple(expected), rel=1e-6)


def test_the_smallest_count_is_5000_or_half_of_the_rows():
    rng = np.random.default_rng(1)
    y = rng.normal(size=(50, 2))
    for rows, least in ((12_000, 5000), (600, 300)):
        x = rng.normal(0.1, 1.1, (rows, 2))
        assert frechet_distance_infinity(
            x, y, method="paper"
        ) == frechet_distance_infinity(x, y, method="paper", at_least=least)


# === Bias and spread ===
#
# Near its limit F, the distance of N rows of N(mean, I) from N(0, I) is
#
#     F_N = F + 2 mean . m + |m|^2 + |C - I|^2 / 4,
#
# with the sample's mean + m and covariance C. As rows are normal, sqrt(N) times m is
# N(0, I) and sqrt(N) (C - I) has d variances of 2 and d (d - 1) / 2 pairs of entries
# with variance 1. So N (F_N - F) has a part that is linear in the rows, and a sum of
# squares with the weights 1 (d times) and 1/2 (d (d + 1) / 2 times), whose mean is the
# slope. An estimator sum of c_i F_{N_i}, with sum of c_i = 1 and sum of c_i / N_i = 0,
# has no bias; its variance follows from how many rows two subsets share.


def squares(d):
    """The sum of the weights, and that of their squares."""
    return d + d * (d + 1) / 4, d + d * (d + 1) / 8


def coefficients(counts):
    """Of the intercept of a line over 1 / N by least squares."""
    x = 1 / counts
    return 1 / len(x) - x.mean() * (x - x.mean()) / ((x - x.mean()) ** 2).sum()


def spread_of(shared, c, mean, d):
    """`shared[i, j]`: the rows that two subsets share, over the product of their N."""
    linear = 4 * mean @ mean * (c @ shared @ c)
    return np.sqrt(linear + 2 * squares(d)[1] * (c @ shared**2 @ c))


def expected_spread(method, rows, mean, d, points=15):
    if method == "halves":
        counts, c = np.array([rows, rows / 2, rows / 2]), np.array([2, -0.5, -0.5])
        shared = np.minimum.outer(counts, counts)
        shared[1, 2] = shared[2, 1] = 0
    else:
        counts = np.linspace(rows // 2, rows, points)
        c, shared = coefficients(counts), np.outer(counts, counts) / rows
        np.fill_diagonal(shared, counts)
    return spread_of(shared / np.outer(counts, counts), c, mean, d)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_bias_and_spread(method, shift):
    d, rows, repeats = 6, 1000, 150
    mean, moments = np.full(d, shift), (np.zeros(d), np.eye(d))
    values, slopes = [], []
    for seed in range(repeats):
        x = np.random.default_rng(seed).normal(shift, 1, (rows, d))
        value, slope = frechet_distance_infinity(x, moments, seed, method=method)
        values.append(value)
        slopes.append(slope)
    expected = expected_spread(method, rows, mean, d)
    error = np.mean(values) - mean @ mean
    assert abs(error) < 3.5 * expected / np.sqrt(repeats)
    assert np.std(values, ddof=1) == pytest.approx(expected, rel=0.25)
    noise = np.std(slopes, ddof=1) / np.sqrt(repeats)
    assert abs(np.mean(slopes) - squares(d)[0]) < 3.5 * noise


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_halves_are_less_noisy_than_the_line(shift):
    mean = np.full(64, shift)
    halves, paper = (expected_spread(m, 5000, mean, 64) for m in METHODS)
    assert halves < 0.9 * paper


def test_singular_covariances():
    """Fewer real rows than dimensions, and a constant feature on both sides."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(90, 12)), rng.normal(size=(8, 12))
    x[:, 3] = y[:, 3] = 7.0
    found = frechet_distance_infinity(x, y, method="paper", at_least=30)
    expected = line(x, 0, 30, 15, lambda rows: frechet_distance(rows, y))
    assert found == pytest.approx(expected, rel=1e-5)
    found = frechet_distance_infinity(x, y)
    expected = from_halves(x, 0, lambda rows: frechet_distance(rows, y))
    assert found == pytest.approx(tuple(expected), rel=1e-5)


def test_a_collapsed_generator():
    """All rows are equal, whatever N: |mean gap|^2 + tr C, and no slope."""
    y = np.random.default_rng(2).normal(size=(50, 4))
    expected = np.sum((2 - y.mean(axis=0)) ** 2) + np.trace(np.cov(y.T))
    for method in METHODS:
        found = frechet_distance_infinity(np.full((40, 4), 2.0), y, method=method)
        assert found == pytest.approx((expected, 0), rel=1e-9, abs=1e-9)


def test_seed_names_the_subsets():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(200, 3)), rng.normal(size=(200, 3))
    assert frechet_distance_infinity(x, y) == frechet_distance_infinity(x, y, 0)
    assert frechet_distance_infinity(x, y, 1) != frechet_distance_infinity(x, y, 0)


def by_hand(rows):
    p = softmax(rows, axis=1)
    return np.exp(rel_entr(p, p.mean(axis=0)).sum(axis=1).mean())


def test_inception_score_infinity_equals_scipy_and_linear_algebra():
    logits = np.random.default_rng(4).normal(0, 3, (500, 10))
    expected = line(logits, 2, 100, 9, by_hand)
    found = inception_score_infinity(
        logits, seed=2, method="paper", at_least=100, points=9
    )
    assert found == pytest.approx(expected, rel=1e-9)
    found = inception_score_infinity(logits, seed=2)
    assert found == pytest.approx(tuple(from_halves(logits, 2, by_hand)), rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_inception_score_infinity_of_uniform_classes(method):
    """One-hot rows of k even classes: the score tends to k from below.

    E H(N draws) = log k - (k - 1) / (2 N), so that the slope is -k (k - 1) / 2. What is
    left of N log(k / score) is half of chi-squared with k - 1 degrees, as if of a
    quadratic form with k - 1 weights of k / 2.
    """
    k, rows, repeats = 10, 2000, 100
    values, slopes = [], []
    for seed in range(repeats):
        classes = np.random.default_rng(seed).integers(0, k, rows)
        found = inception_score_infinity(1e4 * np.eye(k)[classes], seed, method=method)
        values.append(found[0])
        slopes.append(found[1])
    variance = (k - 1) * k**2 / 4
    expected = expected_spread(method, rows, np.zeros(1), 1)
    expected *= np.sqrt(variance / squares(1)[1])
    assert abs(np.mean(values) - k) < 3.5 * expected / np.sqrt(repeats)
    assert np.std(values, ddof=1) == pytest.approx(expected, rel=0.3)
    noise = np.std(slopes, ddof=1) / np.sqrt(repeats)
    assert abs(np.mean(slopes) + k * (k - 1) / 2) < 3.5 * noise


@pytest.mark.parametrize(
    ("x", "y", "settings", "match"),
    [
        (np.zeros((50, 2)), np.zeros((9, 2)), {**PAPER, "at_least": 50}, "at_least=50"),
        (np.zeros((50, 2)), np.zeros((9, 2)), {**PAPER, "at_least": 1}, "at_least=1"),
        (np.zeros((50, 2)), np.zeros((9, 2)), {**PAPER, "points": 1}, "points=1"),
        (np.zeros((50, 2)), np.zeros((9, 2)), {"points": 9}, "belong to `method='pap"),
        (np.zeros((50, 2)), np.zeros((9, 2)), {"method": "thirds"}, r"\['halves', 'pa"),
        (np.zeros((3, 2)), np.zeros((9, 2)), PAPER, "generated of 3 rows"),
        (np.zeros((3, 2)), np.zeros((9, 2)), {}, "generated of 3 rows"),
        (np.zeros((50, 2)), np.zeros((1, 2)), {}, "at least 2 rows"),
        (np.zeros((50, 2)), np.zeros((9, 3)), {}, "one extractor"),
        (np.zeros((50, 2)), (np.zeros(3), np.eye(3)), {}, "extractor of"),
        (np.zeros((50, 2)), (np.zeros(2), np.eye(3)), {}, "covariance_real"),
        (np.full((50, 2), np.nan), np.zeros((9, 2)), {}, "first of them row 0"),
    ],
)
def test_bad_input(x, y, settings, match):
    with pytest.raises(ValueError, match=match):
        frechet_distance_infinity(x, y, **settings)


def test_bad_logits():
    with pytest.raises(ValueError, match="logits of 3 rows"):
        inception_score_infinity(np.zeros((3, 2)))
