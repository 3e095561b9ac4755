import numpy as np
import pytest
from scipy.special import gamma
from scipy.stats import wasserstein_distance

from keras_gan_zoo.metrics import sliced_wasserstein


def cases():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 5)), rng.normal(0.5, 2, (60, 5))
    return {
        "equal sizes": (x, y),
        "unequal sizes": (x, y[:37]),
        "a multiple": (x, y[:20]),
        "one row": (x[:1], y),
        "means 1e6": (x + 1e6, y + 1e6),
        "scale 1e-6": (x * 1e-6, y * 1e-6),
        "heavy tails": (
            rng.standard_cauchy((50, 5)),
            rng.standard_cauchy((41, 5)),
        ),
        "duplicates": (np.round(x), np.round(y[:45])),
        "one dimension": (x[:, :1], y[:41, :1]),
        "float16": (x.astype("float16"), y.astype("float16")),
    }


def mean_over(directions, x, y):
    x, y = np.asarray(x, "float64"), np.asarray(y, "float64")
    return np.mean([wasserstein_distance(x @ t, y @ t) for t in directions])


@pytest.mark.parametrize("name", cases())
def test_equals_scipy_direction_by_direction(name):
    x, y = cases()[name]
    directions = np.random.default_rng(7).standard_normal((50, x.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    expected = mean_over(directions, x, y)
    # Projections of 1e6-sized rows keep 10 digits, here and there.
    expected = pytest.approx(expected, rel=1e-7, abs=0)
    assert sliced_wasserstein(x, y, directions) == expected
    assert sliced_wasserstein(x, y, 50, seed=7) == expected
    assert sliced_wasserstein(y, x, 50, seed=7) == expected


def test_a_shift_has_a_closed_form():
    """W1 of a shift c is |t.c|; its mean over the sphere in d dimensions is known."""
    x, c = np.random.default_rng(1).normal(size=(30, 6)), np.array([3, 0, 4, 0, 0, 0])
    mean = 5 * gamma(3) / (np.sqrt(np.pi) * gamma(3.5))
    assert sliced_wasserstein(x, x + c, 20_000) == pytest.approx(mean, rel=0.02)


def test_identical_sets_in_any_order_are_0_apart():
    x = cases()["equal sizes"][0]
    assert sliced_wasserstein(x, x) == 0.0
    assert sliced_wasserstein(x, x[::-1]) == pytest.approx(0.0, abs=1e-12)
    twice = np.repeat(x, 2, axis=0)
    assert sliced_wasserstein(x, twice) == pytest.approx(0.0, abs=1e-12)


def test_units_are_the_features():
    x, y = cases()["unequal sizes"]
    assert sliced_wasserstein(3 * x, 3 * y) == pytest.approx(
        3 * sliced_wasserstein(x, y), rel=1e-12
    )


@pytest.mark.parametrize(
    ("x", "y", "projections", "match"),
    [
        (np.zeros((5, 2)), np.zeros((5, 3)), 8, "one extractor"),
        (np.zeros((5, 2)), np.zeros((5, 2)), 0, "projections=0"),
        (np.zeros((5, 2)), np.zeros((5, 2)), np.eye(3), "of shape .directions, 2."),
        (np.zeros((0, 2)), np.zeros((5, 2)), 8, "at least 1 rows"),
        (np.zeros((5, 2)), np.full((5, 2), np.inf), 8, "first of them row 0"),
    ],
)
def test_bad_input(x, y, projections, match):
    with pytest.raises(ValueError, match=match):
        sliced_wasserstein(x, y, projections)
