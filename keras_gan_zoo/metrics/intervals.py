"""Confidence intervals of scores, and whether two scores differ."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from keras_gan_zoo.metrics.checks import check_level
from keras_gan_zoo.typing import ArrayLike


def t_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The confidence interval of the mean of independent runs, by Student's t.

    Student 1908, Biometrika 6, 1-25.

    Args:
        values: k >= 2 scores of independent samples (different seeds).
        level: float between 0 and 1.

    Returns:
        `(low, high)`, floats.

    Raises:
        ValueError: fewer than 2 values, NaN, a level out of range.

    Example:

    >>> low, high = t_interval([9.0, 10.0, 11.0])
    >>> round(low, 2), round(high, 2)
    (7.52, 12.48)
    """
    values = _check_values(values, "values")
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return _around(np.mean(values), error, len(values) - 1, level)


def jackknife_interval(
    estimate: float, leave_one_out_estimates: ArrayLike, level: float = 0.95
) -> tuple[float, float]:
    """The confidence interval of a score from one set of samples, by the jackknife.

    Efron & Tibshirani 1993, An Introduction to the Bootstrap, equation 11.5, with
    blocks of rows instead of rows: the set is cut into k equal blocks, and the score
    computed k times with one of them left out. Unlike in a bootstrap, no row is drawn
    twice, which would bias a Frechet distance upward and give a row a neighbour at
    distance 0.

    Args:
        estimate: float, the score of all rows.
        leave_one_out_estimates: k >= 2 scores, each without one of k equal blocks.
        level: float between 0 and 1.

    Returns:
        `(low, high)`, floats, by Student's t with k - 1 degrees of freedom.

    Raises:
        ValueError: fewer than 2 values, NaN, a level out of range.

    Example: the mean's jackknife is its `t_interval`.

    >>> low, high = jackknife_interval(10.0, [10.5, 10.0, 9.5])
    >>> round(low, 2), round(high, 2)
    (7.52, 12.48)
    """
    values = _check_values(leave_one_out_estimates, "leave_one_out_estimates")
    error = np.sqrt(len(values) - 1) * np.std(values)
    return _around(estimate, error, len(values) - 1, level)


def difference(
    value1: float, interval1: Sequence[float], value2: float, interval2: Sequence[float]
) -> dict[str, Any]:
    """Whether two independent scores differ by more than their noise.

    Zou & Donner 2008, doi:10.1002/sim.3095, equation 11: the interval of the difference
    from those of the two scores, of the same level, which need not be symmetric. Its
    lower end is d - sqrt((v1 - l1)^2 + (u2 - v2)^2). For scores that share samples,
    such as the same latents, it is wider than necessary.

    Args:
        value1, value2: floats.
        interval1, interval2: `(low, high)`, both of one confidence level.

    Returns:
        dict: `"difference"`, value1 - value2; `"interval"`, `(low, high)` at the same
        level; `"significant"`, bool, whether the interval excludes 0.

    Raises:
        ValueError: an interval that does not contain its value, NaN.

    Example:

    >>> difference(20.0, (17.0, 23.0), 10.0, (6.0, 14.0))
    {'difference': 10.0, 'interval': (5.0, 15.0), 'significant': True}
    """
    (low1, high1), (low2, high2) = interval1, interval2
    for name, value, low, high in (
        ("interval1", value1, low1, high1),
        ("interval2", value2, low2, high2),
    ):
        if not low <= value <= high:
            raise ValueError(
                f"`{name}` must contain its value. Received: {name}=({low}, {high}), "
                f"a value of {value}"
            )
    gap = float(value1 - value2)
    low = gap - float(np.hypot(value1 - low1, high2 - value2))
    high = gap + float(np.hypot(high1 - value1, value2 - low2))
    return {
        "difference": gap,
        "interval": (low, high),
        "significant": not low <= 0.0 <= high,
    }


def _around(value, error, freedom, level):
    check_level(level)
    reach = float(error * stats.t.ppf((1 + level) / 2, freedom))
    return float(value) - reach, float(value) + reach


def _check_values(values, name):
    values = np.asarray(values, dtype="float64")
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"`{name}` must be 2 or more finite numbers. Received: {name}={values}"
        )
    return values
