"""Scores extrapolated to infinitely many samples: FID-infinity and IS-infinity."""

import numpy as np

from keras_gan_zoo.metrics.checks import check_pair, check_rows
from keras_gan_zoo.metrics.frechet import _check_moments, _distance, _factor
from keras_gan_zoo.metrics.inception import inception_score
from keras_gan_zoo.typing import ArrayLike


def frechet_distance_infinity(
    generated: ArrayLike,
    real: ArrayLike | tuple,
    seed: int = 0,
    *,
    points: int = 15,
    at_least: int | None = None,
) -> tuple[float, float]:
    """The Frechet distance that infinitely many generated rows would have.

    Chong & Forsyth 2020, arXiv:1911.07023, section 3. The distance of N generated rows
    exceeds its limit by about `slope / N`, with a slope that depends on the generator.
    So it is computed for `points` values of N, and a line in 1 / N is fitted by least
    squares; its intercept is the estimate. This removes only the bias of the generated
    side: the real side's moments are used as they are, with the bias of their own m.

    The values of N are `numpy.linspace(at_least, n, points)`, rounded down, and use the
    first N rows of `numpy.random.default_rng(seed).permutation(generated)`. Each N
    continues from the moments of the previous one, and the real covariance is factored
    once.

    Args:
        generated: array of shape `(n, d)`, n >= 4.
        real: array of shape `(m, d)`, m >= 2, or a tuple `(mean, covariance)` of
            shapes `(d,)` and `(d, d)`.
        seed: int, for the permutation.
        points: int, at least 2.
        at_least: int, the smallest N. `None` is the paper's 5000, but at most half of
            the rows. Unless N is well above d, the distance is not a straight line.

    Returns:
        `(value, slope)`, floats: in squared units of the features, and in those times
        rows. The value may be negative.

    Raises:
        ValueError: no more than `at_least` rows, wrong shapes, NaN.

    Example:

    >>> rows = np.random.default_rng(0).normal(size=(4000, 20))
    >>> moments = (np.zeros(20), np.eye(20))  # of which 4000 rows are 0.031 away
    >>> value, slope = frechet_distance_infinity(rows, moments, at_least=500)
    >>> abs(value) < 0.005
    True
    """
    if isinstance(real, tuple) and len(real) == 2:
        mean, covariance = _check_moments(*real, "_real")
        generated = check_rows(generated, "generated")
        if mean.shape != generated.shape[1:]:
            raise ValueError(
                "The moments must come from the extractor of `generated`. Received: "
                f"generated of shape {generated.shape}, a mean of shape {mean.shape}"
            )
    else:
        generated, real = check_pair(generated, real, at_least=2)
        mean, covariance = real.mean(axis=0), np.atleast_2d(np.cov(real.T))
    target = (mean, covariance, _factor(covariance))
    counts = _counts(len(generated), points, at_least, "generated")
    generated = generated[np.random.default_rng(seed).permutation(len(generated))]

    distances = []
    for moments in _moments_of_the_first(counts, generated):
        distances.append(_distance((*moments, _factor(moments[1])), target))
    return _intercept_and_slope(counts, distances)


def inception_score_infinity(
    logits: ArrayLike, seed: int = 0, *, points: int = 15, at_least: int | None = None
) -> tuple[float, float]:
    """The Inception Score that infinitely many rows would have.

    Chong & Forsyth 2020, arXiv:1911.07023. Like `frechet_distance_infinity`, with the
    score of a single split. Its bias is downward, so the slope is negative.

    Args:
        logits: array of shape `(n, classes)`, n >= 4, before the softmax.
        seed, points, at_least: as in `frechet_distance_infinity`.

    Returns:
        `(value, slope)`, floats.

    Raises:
        ValueError: no more than `at_least` rows, wrong shapes, NaN.

    Example:

    >>> logits = np.random.default_rng(0).normal(0, 5, (2000, 10))
    >>> value, slope = inception_score_infinity(logits, at_least=100)
    >>> value > inception_score(logits, splits=1)[0] and slope < 0
    True
    """
    logits = check_rows(logits, "logits")
    counts = _counts(len(logits), points, at_least, "logits")
    logits = logits[np.random.default_rng(seed).permutation(len(logits))]
    scores = [inception_score(logits[:count], splits=1)[0] for count in counts]
    return _intercept_and_slope(counts, scores)


def _counts(rows, points, at_least, name):
    least = min(5000, rows // 2) if at_least is None else at_least
    if not 2 <= least < rows or points < 2:
        raise ValueError(
            "A line needs `points` >= 2 scores, from `at_least` >= 2 rows up to all of "
            f"them. Received: {name} of {rows} rows, points={points}, "
            f"at_least={at_least}"
        )
    return np.linspace(least, rows, points).astype(int)


def _moments_of_the_first(counts, rows):
    """The mean and covariance of the first N rows, for each N in turn."""
    centre = rows[: counts[0]].mean(axis=0)  # near the mean, so nothing large cancels
    total, scatter, start = 0.0, 0.0, 0
    for count in counts:
        more = rows[start:count] - centre
        total = total + more.sum(axis=0)
        scatter = scatter + more.T @ more
        gap = total / count
        yield centre + gap, (scatter - count * np.outer(gap, gap)) / (count - 1)
        start = count


def _intercept_and_slope(counts, values):
    slope, intercept = np.polyfit(1.0 / counts, values, 1)
    return float(intercept), float(slope)
