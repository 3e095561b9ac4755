"""What goes round in a series of numbers or of vectors."""

from typing import NamedTuple

import numpy as np


class Cycle(NamedTuple):
    """A period, in steps of the series, and its share of the variance."""

    period: int
    share: float


def cycle(
    series: np.ndarray, least: float, periods: int = 6, epoch: int = 0
) -> Cycle | None:
    """The period in which a series comes back to where it was, or None.

    By its autocorrelation, after its trend is taken away: that of noise is 0 at all
    lags, that of a walk falls, that of a cycle is the cycle's share of the variance
    after each whole period, and negative in between. Neighbours are averaged first:
    what alternates from one step to the next is how steps overshoot, in runs that go
    well too.

    Args:
        series: `(n,)` or `(n, d)`.
        least: float, the share of the variance that a cycle must have.
        periods: int, how many have to be seen.
        epoch: int: multiples of it are no cycle, but the order of the data. 0: none.

    Example:

    >>> import numpy as np
    >>> turning = np.sin(np.arange(64) * 2 * np.pi / 8)
    >>> cycle(turning, least=0.5).period
    8
    >>> cycle(np.random.default_rng(0).normal(size=64), least=0.5)
    """
    n = len(series) - 1
    if n < 3 * periods or not np.isfinite(series).all():
        return None
    x = np.asarray(series, "float64").reshape(n + 1, -1)
    x = (x[1:] + x[:-1]) / 2
    time = np.linspace(-1, 1, n)[:, None]
    x = x - x.mean(axis=0)
    x = x - time * (time * x).sum(axis=0) / (time**2).sum()
    size = np.linalg.norm(x, axis=1, keepdims=True)
    most = 3 * np.median(size)  # so that a short burst is not all that there is
    x = x * np.minimum(1, most / np.maximum(size, 1e-20))
    products = x @ x.T
    variance = np.trace(products) / n
    if variance <= 1e-20:
        return None
    r = np.array([np.diagonal(products, lag).mean() for lag in range(n // periods + 1)])
    r /= variance
    found = None
    for lag in range(2, len(r)):
        back = -2 * r[1:lag].min()  # twice, for cycles that are short peaks
        share = min(r[lag], back)
        if epoch > 1 and lag % epoch == 0:
            continue
        if share > (found.share if found else least):
            found = Cycle(lag, float(share))
    return found
