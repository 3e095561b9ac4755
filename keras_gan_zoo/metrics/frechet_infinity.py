"""Scores extrapolated to infinitely many samples: FID-infinity and IS-infinity.

The score of N samples is off its limit by about slope / N. There are two ways to find
the limit:

- `"halves"`: the samples are cut into two disjoint halves. The limit is 2 times the
  score of all, less the mean score of the halves. To first order its noise is that of
  the plain score, since what is linear in the samples cancels in the difference.
- `"paper"`: a line in 1 / N through the scores of random subsets of several sizes, by
  least squares, as Chong & Forsyth 2020, arXiv:1911.07023, section 3, and their code
  have it. Its intercept amplifies the noise.
"""

from collections.abc import Callable, Sequence

import numpy as np

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.metrics.checks import check_pair, check_rows
from keras_gan_zoo.metrics.frechet import _check_moments, _distance, _factor
from keras_gan_zoo.metrics.inception import inception_score
from keras_gan_zoo.typing import ArrayLike

METHODS = ("halves", "paper")
POINTS = 15


def frechet_distance_infinity(
    generated: ArrayLike,
    real: ArrayLike | tuple,
    seed: int = 0,
    *,
    method: str = "halves",
    points: int | None = None,
    at_least: int | None = None,
) -> tuple[float, float]:
    """The Frechet distance that infinitely many generated rows would have.

    It removes only the bias of the generated side: the real side's moments are used as
    they are, with the bias of their own m.

    Args:
        generated: array of shape `(n, d)`, n >= 4.
        real: array of shape `(m, d)`, m >= 2, or a tuple `(mean, covariance)` of
            shapes `(d,)` and `(d, d)`.
        seed: int, for the choice of rows.
        method: `"halves"` or `"paper"`. Unless n is well above 2 d, or `at_least` above
            d, the distance is not linear in 1 / N.
        points: int, of `"paper"`: how many values of N, at least 2; 15 by default.
        at_least: int, of `"paper"`: the smallest N. `None` is the paper's 5000, but at
            most half of the rows.

    Returns:
        `(value, slope)`, floats: in squared units of the features, and in those times
        rows. The value may be negative.

    Raises:
        ValueError: too few rows, wrong shapes, NaN.

    Example:

    >>> rows = np.random.default_rng(0).normal(size=(4000, 20))
    >>> moments = (np.zeros(20), np.eye(20))  # of which 4000 rows are 0.031 away
    >>> value, slope = frechet_distance_infinity(rows, moments)
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

    def score(rows):
        own = np.atleast_2d(np.cov(rows.T))
        return _distance((rows.mean(axis=0), own, _factor(own)), target)

    return _limit(generated, "generated", score, seed, method, points, at_least)


def inception_score_infinity(
    logits: ArrayLike,
    seed: int = 0,
    *,
    method: str = "halves",
    points: int | None = None,
    at_least: int | None = None,
) -> tuple[float, float]:
    """The Inception Score that infinitely many rows would have.

    Like `frechet_distance_infinity`, with the score of a single split. Its bias is
    downward, so the slope is negative.

    Args:
        logits: array of shape `(n, classes)`, n >= 4, before the softmax.
        seed, method, points, at_least: as in `frechet_distance_infinity`.

    Returns:
        `(value, slope)`, floats.

    Raises:
        ValueError: too few rows, wrong shapes, NaN.

    Example:

    >>> logits = np.random.default_rng(0).normal(0, 5, (2000, 10))
    >>> value, slope = inception_score_infinity(logits)
    >>> value > inception_score(logits, splits=1)[0] and slope < 0
    True
    """
    logits = check_rows(logits, "logits")

    def score(rows):
        return inception_score(rows, splits=1)[0]

    return _limit(logits, "logits", score, seed, method, points, at_least)


def limit_of_halves(
    whole: tuple[float, int], halves: Sequence[tuple[float, int]]
) -> tuple[float, float]:
    """The limit of a score and its slope, from all samples and from disjoint halves.

    Args:
        whole: pair of the score of all samples and their number.
        halves: two such pairs; their numbers need not be quite equal.

    Returns:
        `(value, slope)`, floats.

    Example:

    >>> limit_of_halves((3.0, 100), [(3.5, 50), (4.5, 50)])
    (2.0, 100.0)
    """
    score, count = whole
    scores, counts = np.transpose(halves)
    slope = (scores.mean() - score) / ((1.0 / counts).mean() - 1.0 / count)
    return float(score - slope / count), float(slope)


def check_method(method: str, name: str = "method") -> str:
    """Return one of `METHODS`, or raise a `ValueError`."""
    if method not in METHODS:
        raise ValueError(
            f"`{name}` must be one of {list(METHODS)}. Received: {name}={method!r}"
        )
    return method


def _limit(rows, name, score, seed, method, points, at_least):
    rng = np.random.default_rng(seed)
    if check_method(method) == "paper":
        counts = _counts(
            len(rows), POINTS if points is None else points, at_least, name
        )
        return _line(rows, counts, score, rng)
    if points is not None or at_least is not None:
        raise ValueError(
            "`points` and `at_least` belong to `method='paper'`. Received: "
            f"points={points}, at_least={at_least}, method={method!r}"
        )
    if len(rows) < 4:
        raise ValueError(
            "Two halves need at least 2 rows each. "
            f"Received: {name} of {len(rows)} rows"
        )
    parts = np.array_split(rng.permutation(rows), 2)
    halves = [(score(part), len(part)) for part in parts]
    return limit_of_halves((score(rows), len(rows)), halves)


def _line(
    rows: np.ndarray,
    counts: np.ndarray,
    score: Callable[[np.ndarray], float],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Intercept and slope over 1 / N; each N draws its rows anew."""
    scores = [score(rng.permutation(rows)[:count]) for count in counts]
    slope, intercept = np.polyfit(1.0 / counts, scores, 1)
    return float(intercept), float(slope)


def _counts(rows, points, at_least, name):
    least = min(5000, rows // 2) if at_least is None else at_least
    whole = is_whole(least) and is_whole(points)
    if not whole or not 2 <= least < rows or points < 2:
        raise ValueError(
            "A line needs `points` >= 2 scores, from `at_least` >= 2 rows up to all of "
            f"them. Received: {name} of {rows} rows, points={points}, "
            f"at_least={at_least}"
        )
    return np.linspace(least, rows, points).astype(int)
