import numpy as np
import pytest
from scipy import linalg

from keras_gan_zoo.metrics import frechet_distance, frechet_distance_from_moments


def moments(x):
    x = np.asarray(x, "float64")
    return x.mean(axis=0), np.atleast_2d(np.cov(x.T))


def from_moments(x, y):
    return frechet_distance_from_moments(*moments(x), *moments(y))


def by_sqrtm(x, y):
    (mean1, c1), (mean2, c2) = moments(x), moments(y)
    root = linalg.sqrtm(c1 @ c2).real
    return np.sum((mean1 - mean2) ** 2) + np.trace(c1 + c2 - 2 * root)


def scale(x, y):
    (mean1, c1), (mean2, c2) = moments(x), moments(y)
    return np.sum((mean1 - mean2) ** 2) + np.trace(c1 + c2)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("distance", [frechet_distance, from_moments])
@pytest.mark.parametrize("d", [1, 2, 20])
def test_equals_scipy_sqrtm(distance, rng, d):
    mix = rng.normal(size=(d, d))
    x, y = rng.normal(size=(300, d)) @ mix, rng.normal(size=(200, d)) + 0.3
    assert distance(x, y) == pytest.approx(by_sqrtm(x, y), rel=1e-9)
    assert distance(y, x) == pytest.approx(distance(x, y), rel=1e-9)


def test_commuting_covariances_have_a_closed_form():
    s1, s2 = np.array([1.0, 4.0, 0.0, 1e-12]), np.array([9.0, 0.0, 0.0, 1e-12])
    mean = np.array([3.0, 0.0, 4.0, 0.0])
    distance = frechet_distance_from_moments(
        np.zeros(4), np.diag(s1), mean, np.diag(s2)
    )
    assert distance == pytest.approx(25 + np.sum((s1**0.5 - s2**0.5) ** 2), rel=1e-12)


def test_features_of_very_unequal_scales_keep_theirs():
    """A tolerance relative to the largest variance would lose the small ones."""
    s1, s2 = np.array([1e6, 1e-12]), np.array([1e6, 1e-2])
    distance = frechet_distance_from_moments([0, 0], np.diag(s1), [0, 0], np.diag(s2))
    assert distance == pytest.approx((1e-6 - 1e-1) ** 2, rel=1e-6)


def spectrum(rng, n, d, decades):
    rotation = linalg.qr(rng.normal(size=(d, d)))[0]
    return (rng.normal(size=(n, d)) * 10.0 ** -np.linspace(0, decades, d)) @ rotation


def clouds():
    rng = np.random.default_rng(1)
    constant = spectrum(rng, 300, 30, 2)
    constant[:, 3] = 7.0
    shared = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 30))
    x, y = spectrum(rng, 300, 30, 3), spectrum(rng, 250, 30, 3) + 0.1
    return {
        "fewer rows than dimensions": (x[:12], y[:20]),
        "one side with fewer rows": (x[:12], y),
        "two rows": (x[:2], y),
        "rank 5": (shared, y),
        "both rank 5": (shared, shared[::-1] * 1.1),
        "constant feature": (constant, y),
        "all constant": (np.ones((9, 30)), y),
        "scale 1e-6": (x * 1e-6, y * 1e-6),
        "scale 1e-12": (x * 1e-12, y * 1e-12),
        "means 1000": (x + 1000, y + 1000),
        "means 1e6": (x + 1e6, y + 1e6),
        "heavy tails": (rng.standard_cauchy((300, 30)), y),
        "eight decades": (spectrum(rng, 300, 30, 8), spectrum(rng, 300, 30, 8)),
        "one dimension": (x[:, :1], y[:, :1]),
    }


def truth(x, y):
    """tr (C1 C2)^(1/2) = |A B^T|_*, with NumPy, from the centred rows as they are."""
    a = (x - x.mean(axis=0)) / np.sqrt(len(x) - 1)
    b = (y - y.mean(axis=0)) / np.sqrt(len(y) - 1)
    gap = x.mean(axis=0) - y.mean(axis=0)
    nuclear = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return gap @ gap + np.sum(a * a) + np.sum(b * b) - 2 * nuclear


@pytest.mark.parametrize("name", clouds())
@pytest.mark.parametrize("distance", [frechet_distance, from_moments])
def test_hard_cases(distance, name):
    x, y = clouds()[name]
    assert distance(x, y) == pytest.approx(truth(x, y), abs=2e-8 * scale(x, y))


@pytest.mark.parametrize("name", clouds())
def test_identical_sets_are_0_apart(name):
    x, _ = clouds()[name]
    assert frechet_distance(x, x) == 0.0
    assert from_moments(x, x) <= 2e-8 * scale(x, x)


def test_float16_features(rng):
    x = rng.normal(300, 1, (100, 4)).astype("float16")
    y = rng.normal(300, 2, (100, 4)).astype("float16")
    assert frechet_distance(x, y) == pytest.approx(by_sqrtm(x, y), rel=1e-9)


def test_units_are_squared(rng):
    x, y = rng.normal(size=(50, 6)), rng.normal(1, 2, (60, 6))
    for distance in (frechet_distance, from_moments):
        assert distance(3 * x, 3 * y) == pytest.approx(9 * distance(x, y), rel=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "match"),
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "`generated` must have at least 2 rows"),
        (np.zeros((5, 3)), np.zeros((1, 3)), "`real` must have at least 2 rows"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "one extractor"),
        (np.zeros(5), np.zeros(5), "matrix"),
        (np.array([[0.0], [np.nan]]), np.zeros((5, 1)), "`generated` must be finite"),
        (np.zeros((5, 1)), np.array([[0.0], [np.inf]]), "`real` must be finite"),
    ],
)
def test_bad_features(x, y, match):
    with pytest.raises(ValueError, match=match):
        frechet_distance(x, y)


@pytest.mark.parametrize(
    ("covariance", "match"),
    [
        (np.eye(3), "shape"),
        (np.full((2, 2), np.nan), "finite"),
        (-np.eye(2), "variances"),
        (np.array([[1.0, 0.5], [0.0, 1.0]]), "symmetric"),
        (np.array([[1.0, 9.0], [9.0, 1.0]]), "positive semi-definite"),
    ],
)
def test_bad_moments(covariance, match):
    good = np.array([[1.0, 0.9], [0.9, 1.0]])
    with pytest.raises(ValueError, match=match):
        frechet_distance_from_moments([0, 0], covariance, [0, 0], good)


def test_moments_that_overflow_are_no_distance_of_0():
    with pytest.raises(ValueError, match="small enough"):
        frechet_distance_from_moments([0.0], [[1e308]], [1e200], [[1e308]])


@pytest.mark.parametrize("d", [1, 6, 64])
@pytest.mark.parametrize("collapsed", ["generated", "real", "both"])
def test_collapse_has_a_closed_form_and_is_silent(rng, d, collapsed, capfd):
    """Without any spread on a side: |mean gap|^2 and the other's trace. LAPACK, which
    may not be given a matrix without columns, would print to standard output."""
    x, y = rng.normal(size=(50, d)), rng.normal(size=(40, d))
    if collapsed in ("generated", "both"):
        x[:] = 2.0
    if collapsed in ("real", "both"):
        y[:] = 0.5
    expected = scale(x, y)
    for distance in (frechet_distance, from_moments):
        assert distance(x, y) == pytest.approx(expected, rel=1e-9)
    assert capfd.readouterr() == ("", "")
