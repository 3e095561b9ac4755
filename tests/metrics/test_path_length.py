import numpy as np
import pytest
from scipy.spatial import geometric_slerp
from scipy.spatial.distance import cdist

from keras_gan_zoo.metrics import perceptual_path_length, slerp


def test_steps_by_scipy_without_the_outermost():
    rng = np.random.default_rng(0)
    a = rng.normal(1000, 1, (500, 7))
    b = a + rng.standard_cauchy((500, 7)) * 1e-4
    steps = np.diag(cdist(a, b, "sqeuclidean")) / 1e-4**2
    kept = np.sort(steps)[4:496]  # ranks floor(.01 * 499) and ceil(.99 * 499)
    mean, std = perceptual_path_length(a, b)
    assert mean == pytest.approx(kept.mean(), rel=1e-9)
    assert std == pytest.approx(kept.std(), rel=1e-9)
    mean, std = perceptual_path_length(a, b, discard=None)
    assert mean == pytest.approx(steps.mean(), rel=1e-9)
    assert mean == perceptual_path_length(a, b, discard=(0, 100))[0]


def test_a_linear_generator_has_a_closed_form():
    """G(z) = c z along an arc of angle w at radius r: (c r w)^2 at every t."""
    rng = np.random.default_rng(1)
    first, second = np.linalg.qr(rng.normal(size=(6, 2)))[0].T
    t = rng.uniform(size=200)
    starts, ends = np.tile(5 * first, (200, 1)), np.tile(5 * second, (200, 1))
    epsilon = 1e-4
    mean, std = perceptual_path_length(
        3 * slerp(starts, ends, t), 3 * slerp(starts, ends, t + epsilon), epsilon
    )
    assert mean == pytest.approx((3 * 5 * np.pi / 2) ** 2, rel=1e-6)
    assert std < 1e-6 * mean


def test_epsilon_cancels():
    rng = np.random.default_rng(2)
    a, step = rng.normal(size=(2, 50, 3))
    one = perceptual_path_length(a, a + 0.5 * step, 0.5)
    assert perceptual_path_length(a, a + 0.125 * step, 0.125) == pytest.approx(one)


def test_one_step_and_float16():
    a = np.array([[0.0, 0.0]], "float16")
    assert perceptual_path_length(a, a + 1, 0.5) == (8.0, 0.0)


@pytest.mark.parametrize(
    ("a", "b", "settings", "match"),
    [
        (np.zeros((5, 2)), np.zeros((4, 2)), {}, "two ends"),
        (np.zeros((5, 2)), np.zeros((5, 3)), {}, "two ends"),
        (np.zeros((5, 2)), np.zeros((5, 2)), {"epsilon": 0.0}, "epsilon=0.0"),
        (np.zeros((5, 2)), np.zeros((5, 2)), {"discard": (99, 1)}, "99, 1"),
        (np.zeros((5, 2)), np.zeros((5, 2)), {"discard": (1, 101)}, "1, 101"),
        (np.zeros((0, 2)), np.zeros((0, 2)), {}, "at least 1 rows"),
        (np.zeros((5, 2)), np.full((5, 2), np.nan), {}, "first of them row 0"),
    ],
)
def test_bad_input(a, b, settings, match):
    with pytest.raises(ValueError, match=match):
        perceptual_path_length(a, b, **settings)


@pytest.mark.parametrize("d", [2, 3, 64])
def test_slerp_equals_scipy_on_the_unit_sphere(d):
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, d))
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    t = np.linspace(0, 1, 11)
    found = slerp(np.tile(a, (11, 1)), np.tile(b, (11, 1)), t)
    np.testing.assert_allclose(found, geometric_slerp(a, b, t), atol=1e-12)


def test_slerp_in_batches_of_any_shape():
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 3, 4, 5))
    t = rng.uniform(size=(3, 4))
    found = slerp(a, b, t)
    np.testing.assert_array_equal(found[1, 2], slerp(a[1, 2], b[1, 2], t[1, 2]))
    np.testing.assert_allclose(slerp(a, b, 0.0), a, atol=1e-12)
    np.testing.assert_allclose(slerp(a, b, 1.0), b, atol=1e-12)


def test_slerp_keeps_an_equal_length_where_a_line_would_not():
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 9, 8))
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    lengths = np.linalg.norm(slerp(7 * a, 7 * b, 0.3), axis=1)
    np.testing.assert_allclose(lengths, 7, rtol=1e-12)


@pytest.mark.parametrize("angle", [1e-3, 1e-6, 1e-9, 0.0])
def test_slerp_of_nearly_parallel_vectors(angle):
    a, b = [1.0, 0.0], [np.cos(angle), np.sin(angle)]
    expected = [np.cos(0.3 * angle), np.sin(0.3 * angle)]
    np.testing.assert_allclose(slerp(a, b, 0.3), expected, rtol=1e-9, atol=1e-20)


def test_slerp_of_parallel_vectors_is_a_line():
    np.testing.assert_allclose(slerp([1.0, 1.0], [3.0, 3.0], 0.25), [1.5, 1.5])


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [
        ([1.0, 0.0], [-1.0, 0.0], "Opposite vectors"),
        ([0.0, 0.0], [1.0, 0.0], "from or to 0"),
        ([1.0, 0.0], [1.0, 0.0, 0.0], "equal shape"),
    ],
)
def test_slerp_bad_input(a, b, match):
    with pytest.raises(ValueError, match=match):
        slerp(a, b, 0.5)
