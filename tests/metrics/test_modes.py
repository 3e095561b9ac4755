import numpy as np
import pytest
from scipy.stats import entropy

from keras_gan_zoo.metrics import mode_coverage, mode_coverage_of_counts


def frequencies(labels, count):
    return np.array([np.mean(labels == mode) for mode in range(count)])


def test_against_uniform_modes_equals_scipy():
    labels = np.random.default_rng(0).zipf(1.5, 5000) % 1000
    found = mode_coverage(labels, 1000)
    assert found["modes"] == len(set(labels.tolist()))
    expected = entropy(frequencies(labels, 1000), np.full(1000, 1e-3))
    assert found["reverse_kl"] == pytest.approx(expected, rel=1e-12)


def test_against_real_modes_equals_scipy():
    rng = np.random.default_rng(1)
    labels, real = rng.binomial(9, 0.3, 400), rng.binomial(9, 0.5, 90_000)
    found = mode_coverage(labels, 10, real)
    expected = entropy(frequencies(labels, 10), frequencies(real, 10))
    assert found["reverse_kl"] == pytest.approx(expected, rel=1e-12)


def test_closed_forms():
    every = np.arange(1000)
    assert mode_coverage(every, 1000) == {"modes": 1000, "reverse_kl": 0.0}
    one = mode_coverage(np.full(26_000, 7), 1000)
    assert one["modes"] == 1
    assert one["reverse_kl"] == pytest.approx(np.log(1000), rel=1e-12)
    assert mode_coverage(every % 10, 10, np.tile(every % 10, 3))["reverse_kl"] == 0.0


def test_it_is_the_reverse_divergence():
    """A missed mode costs little, an invented one everything."""
    assert mode_coverage([0, 0, 0], 2, [0, 0, 0, 1])["reverse_kl"] == pytest.approx(
        np.log(4 / 3)
    )
    assert mode_coverage([0, 1], 2, [0, 0])["reverse_kl"] == np.inf


@pytest.mark.parametrize(
    ("labels", "real", "match"),
    [
        ([0, 10], None, "`labels` must be from 0 .* num_modes=10"),
        ([-1, 3], None, "from -1 to 3"),
        ([0, 1], [0, 12], "`real_labels` must be from 0"),
        ([0.0, 1.0], None, "vector of integers"),
        ([], None, "vector of integers"),
        ([[0, 1]], None, "vector of integers"),
    ],
)
def test_bad_labels(labels, real, match):
    with pytest.raises(ValueError, match=match):
        mode_coverage(labels, 10, real)


@pytest.mark.parametrize(
    ("counts", "real", "match"),
    [
        ([0, 0], None, "`counts` must be the number of samples"),
        ([], None, "at least one in all"),
        ([2, -1], None, "0 or more"),
        ([[1, 2]], None, "in each mode"),
        ([1, float("nan")], None, "`counts` must be"),
        ([1, 2], [0, 0], "`real_counts` must be"),
        ([1, 2], [1, 2, 3], "one number for each mode"),
    ],
)
def test_counts_of_nothing_are_refused(counts, real, match):
    with pytest.raises(ValueError, match=match):
        mode_coverage_of_counts(counts, real)
