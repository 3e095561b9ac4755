"""Whether samples lie nearer to training images than unseen real images do."""

import numpy as np
from scipy import stats

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.metrics.checks import check_level, check_pair
from keras_gan_zoo.typing import ArrayLike

PAIRS = 2**22  # about how many distances are in memory at once
RARE = 0.01  # the share of real images that would be taken for copies


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances of all rows of `a` to all rows of `b`, around 0."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def nearness(nearest: np.ndarray) -> np.ndarray:
    """The distance to the nearest, as a share of that to the second nearest.

    Args:
        nearest: distances `(n, m)` to m > 1 others, in any order.

    Example:

    >>> nearness(np.array([[4.0, 1.0, 9.0], [2.0, 2.0, 2.0]]))
    array([0.25, 1.  ])
    """
    first, second = np.partition(nearest, 1, axis=1)[:, :2].T
    return first / np.maximum(second, 1e-12)


def nearest_rows(
    rows: ArrayLike, others: ArrayLike, k: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest of `others` to each row, nearest first.

    Args:
        rows: array of shape `(n, d)`.
        others: array of shape `(m, d)`, m >= k.
        k: int.

    Returns:
        Their distances and their numbers, two arrays `(n, k)`.

    Raises:
        ValueError: wrong shapes, fewer than k others, NaN.

    Example:

    >>> found, numbers = nearest_rows([[0.0], [5.0]], [[1.0], [3.0], [11.0]])
    >>> found.tolist(), numbers.tolist()
    ([[1.0, 3.0], [2.0, 4.0]], [[0, 1], [1, 0]])
    """
    x, y = check_pair(rows, others, dtype=None)
    dtype = np.result_type(x, y, "float32")  # half precision has no room for squares
    x, y = x.astype(dtype, copy=False), y.astype(dtype, copy=False)
    if not (is_whole(k) and 1 <= k <= len(y)):
        raise ValueError(
            "`k` must be at least 1, and at most the number of others. "
            f"Received: k={k}, others of shape {y.shape}"
        )
    centre = y.mean(axis=0)  # digits are lost far from 0
    x, y = x - centre, y - centre
    found, numbers = np.empty((len(x), k)), np.empty((len(x), k), int)
    step = max(PAIRS // len(y), 1)
    for a in range(0, len(x), step):
        some = distances(x[a : a + step], y)
        near = np.argpartition(some, k - 1, axis=1)[:, :k]
        gaps = np.take_along_axis(some, near, axis=1)
        order = np.argsort(gaps, axis=1, kind="stable")
        found[a : a + step] = np.take_along_axis(gaps, order, axis=1)
        numbers[a : a + step] = np.take_along_axis(near, order, axis=1)
    return found, numbers


def data_copying(
    generated: ArrayLike, held_out: ArrayLike, train: ArrayLike, level: float = 0.95
) -> dict[str, float | tuple[float, float]]:
    """Compare how near generated and unseen real rows are to the training rows.

    A generator that has learned the images' distribution is as near to its training
    images as images are that it has never seen; one that repeats them is nearer
    (Meehan et al. 2020, arXiv:2004.05675, section 3, over all of the space as one
    cell). The share of pairs is that of Mann & Whitney 1947, its interval that of
    DeLong et al. 1988, doi:10.2307/2531595.

    Args:
        generated: array of shape `(n, d)`, n > 1.
        held_out: array of shape `(m, d)`, m > 1, real rows that nothing was trained on.
        train: array of shape `(l, d)`, l > 1, without doubles.
        level: float between 0 and 1, of the interval.

    Returns:
        dict: `"nearer"`, the share of pairs of a generated and an unseen row in which
        the generated one is nearer to its nearest training row, 0.5 if they are alike
        and 1 if all samples are copies; `"nearer_interval"`, `(low, high)`; `"ratio"`,
        the median distance of generated rows, divided by that of unseen ones;
        `"copies"`, the share of generated rows that are so much nearer to their nearest
        training row than to the second nearest as one of a hundred unseen rows is.

    Raises:
        ValueError: fewer than 2 rows, wrong shapes, NaN, a level that is none.

    Example: half of the samples are copies.

    >>> rng = np.random.default_rng(0)
    >>> train, unseen, new = rng.normal(size=(3, 400, 8))
    >>> found = data_copying(np.concatenate([new[:100], train[:100]]), unseen, train)
    >>> round(found["nearer"], 1), round(found["copies"], 1)
    (0.7, 0.5)
    """
    check_level(level)
    for name, rows in {"generated": generated, "held_out": held_out}.items():
        if len(rows) < 2:
            raise ValueError(
                f"Distances are compared of at least 2 rows. Received: {name} of "
                f"{len(rows)}"
            )
    own, _ = nearest_rows(generated, train)
    real, _ = nearest_rows(held_out, train)
    wins = _shares_above(own[:, 0], real[:, 0])
    losses = _shares_above(real[:, 0], own[:, 0])
    share = float(wins.mean())
    error = np.sqrt(wins.var(ddof=1) / len(wins) + losses.var(ddof=1) / len(losses))
    reach = float(error * stats.norm.ppf((1 + level) / 2))
    limit = np.quantile(nearness(real), RARE)
    return {
        "nearer": share,
        "nearer_interval": (max(share - reach, 0.0), min(share + reach, 1.0)),
        "ratio": float(np.median(own[:, 0]) / max(np.median(real[:, 0]), 1e-12)),
        "copies": float(np.mean(nearness(own) < limit)),
    }


def _shares_above(values, others):
    """For each value, the share of the others that are larger; ties count half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, "left")
    upto = np.searchsorted(ordered, values, "right")
    return 1 - (below + upto) / (2 * len(ordered))
