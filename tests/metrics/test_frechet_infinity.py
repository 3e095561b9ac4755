import numpy as np
import pytest
from scipy import linalg, stats
from scipy.special import rel_entr, softmax

from keras_gan_zoo.metrics import (
    frechet_distance,
    frechet_distance_from_moments,
    frechet_distance_infinity,
    inception_score,
    inception_score_infinity,
)


def by_sqrtm(x, mean, covariance):
    own = np.atleast_2d(np.cov(x.T))
    gap = x.mean(axis=0) - mean
    root = linalg.sqrtm(own @ covariance).real
    return gap @ gap + np.trace(own + covariance - 2 * root)


def line(x, seed, at_least, points, score):
    """Scores of the first N rows of the documented permutation; SciPy fits."""
    x = np.random.default_rng(seed).permutation(x)
    counts = np.linspace(at_least, len(x), points).astype(int)
    fit = stats.linregress(1 / counts, [score(x[:count]) for count in counts])
    return fit.intercept, fit.slope


@pytest.mark.parametrize("d", [1, 7])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_equals_sqrtm_and_a_regression(d, offset):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, d)) @ rng.normal(size=(d, d)) + offset
    y = rng.normal(size=(300, d)) + 0.3 + offset
    moments = y.mean(axis=0), np.atleast_2d(np.cov(y.T))
    expected = line(x, 5, 100, 15, lambda rows: by_sqrtm(rows, *moments))
    for real in (y, moments):
        found = frechet_distance_infinity(x, real, seed=5, at_least=100)
        assert found == pytest.approx(expected, rel=1e-6)


def test_the_smallest_count_is_5000_or_half_of_the_rows():
    rng = np.random.default_rng(1)
    y = rng.normal(size=(50, 2))
    for rows, least in ((12_000, 5000), (600, 300)):
        x = rng.normal(0.1, 1.1, (rows, 2))
        assert frechet_distance_infinity(x, y) == frechet_distance_infinity(
            x, y, at_least=least
        )


def test_the_bias_of_a_perfect_generator_goes():
    """The distance of N rows from their own distribution N(0, 1) in d dimensions.

    E |mean|^2 = d / N, and to first order tr (C^(1/2) - 1)^2 = |C - 1|^2 / 4, whose
    expectation is d (d + 1) / (4 N): the slope has a closed form, the intercept is 0.
    """
    d, rows = 10, 4000
    moments = np.zeros(d), np.eye(d)
    found, plain = [], []
    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=(rows, d))
        found.append(frechet_distance_infinity(x, moments, at_least=1000))
        plain.append(
            frechet_distance_from_moments(x.mean(axis=0), np.cov(x.T), *moments)
        )
    value, slope = np.mean(found, axis=0)
    assert slope == pytest.approx(d + d * (d + 1) / 4, rel=0.1)
    assert abs(value) < 0.1 * np.mean(plain)


def test_singular_covariances():
    """Fewer real rows than dimensions, and a constant feature on both sides."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(90, 12)), rng.normal(size=(8, 12))
    x[:, 3] = y[:, 3] = 7.0
    value, slope = frechet_distance_infinity(x, y, at_least=30)
    x = np.random.default_rng(0).permutation(x)
    counts = np.linspace(30, 90, 15).astype(int)
    truth = [frechet_distance(x[:count], y) for count in counts]
    fit = stats.linregress(1 / counts, truth)
    assert value == pytest.approx(fit.intercept, rel=1e-6)
    assert slope == pytest.approx(fit.slope, rel=1e-5)


def test_seed_names_the_subsets():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(200, 3)), rng.normal(size=(200, 3))
    assert frechet_distance_infinity(x, y) == frechet_distance_infinity(x, y, 0)
    assert frechet_distance_infinity(x, y, 1) != frechet_distance_infinity(x, y, 0)


def test_inception_score_infinity_equals_scipy_and_a_regression():
    logits = np.random.default_rng(4).normal(0, 3, (500, 10))

    def score(rows):
        p = softmax(rows, axis=1)
        return np.exp(rel_entr(p, p.mean(axis=0)).sum(axis=1).mean())

    expected = line(logits, 2, 100, 9, score)
    found = inception_score_infinity(logits, seed=2, at_least=100, points=9)
    assert found == pytest.approx(expected, rel=1e-9)


def test_inception_score_infinity_of_uniform_classes():
    """One-hot rows of k even classes: the score tends to k from below.

    E H(N draws) = log k - (k - 1) / (2 N), so that the slope is -k (k - 1) / 2.
    """
    classes = np.random.default_rng(5).integers(0, 10, 20_000)
    value, slope = inception_score_infinity(1e4 * np.eye(10)[classes], at_least=500)
    plain, _ = inception_score(1e4 * np.eye(10)[classes], splits=1)
    assert plain < 10
    assert value == pytest.approx(10, abs=0.01)
    assert -90 < slope < -20


@pytest.mark.parametrize(
    ("x", "y", "settings", "match"),
    [
        (np.zeros((50, 2)), np.zeros((9, 2)), {"at_least": 50}, "at_least=50"),
        (np.zeros((50, 2)), np.zeros((9, 2)), {"at_least": 1}, "at_least=1"),
        (np.zeros((50, 2)), np.zeros((9, 2)), {"points": 1}, "points=1"),
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
