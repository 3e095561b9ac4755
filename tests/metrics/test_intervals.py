import numpy as np
import pytest
from scipy import stats

from keras_gan_zoo.metrics import difference, jackknife_interval, t_interval


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_t_interval_equals_scipy(level):
    values = np.random.default_rng(0).normal(3, 2, 7)
    expected = stats.ttest_1samp(values, 0).confidence_interval(level)
    assert t_interval(values, level) == pytest.approx(tuple(expected), rel=1e-12)


def leave_one_out(values, score, blocks):
    edges = np.arange(blocks + 1) * len(values) // blocks
    return [score(np.delete(values, slice(*edges[i : i + 2]))) for i in range(blocks)]


def test_jackknife_of_a_mean_is_its_t_interval():
    values = np.random.default_rng(1).gamma(2, size=12)
    runs = leave_one_out(values, np.mean, 12)
    assert jackknife_interval(np.mean(values), runs, 0.9) == pytest.approx(
        t_interval(values, 0.9), rel=1e-12
    )


def test_jackknife_covers_a_score_that_is_no_mean():
    """95 % intervals of log of a mean hold the truth about 95 times in 100."""

    def score(values):
        return np.log(np.mean(values))

    rng, hits = np.random.default_rng(2), 0
    for _ in range(1000):
        values = rng.exponential(5.0, 200)
        runs = leave_one_out(values, score, 20)
        low, high = jackknife_interval(score(values), runs)
        hits += low <= np.log(5.0) <= high
    assert 930 <= hits <= 970


def test_difference_of_two_means_equals_scipy():
    """Of many values each: then t is normal, and the two errors add in squares."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(1.0, 1, 5000), rng.normal(0.9, 2, 4000)
    found = difference(x.mean(), t_interval(x), y.mean(), t_interval(y))
    test = stats.ttest_ind(x, y, equal_var=False)
    expected = test.confidence_interval(0.95)
    assert found["difference"] == pytest.approx(x.mean() - y.mean(), rel=1e-12)
    assert found["interval"] == pytest.approx(tuple(expected), rel=1e-3)
    assert found["significant"] == (test.pvalue < 0.05)


def test_equal_models_rarely_differ_and_unequal_ones_mostly_do():
    rng = np.random.default_rng(4)

    def share(gap):
        found = []
        for _ in range(1000):
            x, y = rng.normal(0, 1, 8), rng.normal(gap, 1, 8)
            answer = difference(x.mean(), t_interval(x), y.mean(), t_interval(y))
            found.append(answer["significant"])
        return np.mean(found)

    assert share(0.0) <= 0.06
    assert share(3.0) > 0.95


def test_difference_of_lopsided_intervals():
    """By hand: each end takes the arms that point towards it."""
    found = difference(5.0, (4.0, 8.0), 2.0, (0.0, 2.5))
    assert found["interval"] == pytest.approx(
        (3 - np.hypot(1.0, 0.5), 3 + np.hypot(3.0, 2.0))
    )
    assert found["significant"]
    swapped = difference(2.0, (0.0, 2.5), 5.0, (4.0, 8.0))
    assert swapped["interval"] == pytest.approx(
        tuple(-end for end in found["interval"][::-1])
    )


def test_a_score_does_not_differ_from_itself():
    found = difference(3.0, (2.5, 3.5), 3.0, (2.5, 3.5))
    assert found["difference"] == 0.0
    assert found["significant"] is False
    assert difference(3.0, (3.0, 3.0), 3.0, (3.0, 3.0))["significant"] is False


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: t_interval([1.0]), "2 or more finite numbers"),
        (lambda: t_interval([1.0, np.nan]), "2 or more finite numbers"),
        (lambda: t_interval([1.0, 2.0], level=95), "level=95"),
        (lambda: jackknife_interval(1.0, [1.0]), "leave_one_out_estimates"),
        (lambda: jackknife_interval(1.0, [1.0, 2.0], level=0), "level=0"),
        (lambda: difference(9.0, (1, 2), 1.5, (1, 2)), "`interval1` must contain"),
        (lambda: difference(1.5, (1, 2), np.nan, (1, 2)), "`interval2` must contain"),
    ],
)
def test_bad_input(call, match):
    with pytest.raises(ValueError, match=match):
        call()
