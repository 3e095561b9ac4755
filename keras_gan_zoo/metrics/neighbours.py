"""Precision, recall, density and coverage: which samples are near which others."""

import typing

import numpy as np

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.metrics.blocks import centre_of, parts
from keras_gan_zoo.metrics.checks import check_pair
from keras_gan_zoo.typing import ArrayLike

TILE = 1000  # rows on each side of a block of distances
PAIRS = 2**22  # about how many distances are in memory at once
BLURRED = 0.1  # with more radii than this uncertain by 1 %, use double precision


def precision_recall(
    generated: ArrayLike, real: ArrayLike, k: int = 3
) -> dict[str, float]:
    """Improved precision and recall.

    Kynkaanniemi et al. 2019, arXiv:1904.06991, equations 1 and 2. Each set is replaced
    by balls around its rows, which extend to the `k`-th nearest *other* row. Precision
    is the share of generated rows in some real row's ball, recall the share of real
    rows in some generated row's ball; a row on the edge of a ball is inside (`<=`).

    Both depend on the number of rows: compare only scores with equal `n`, `m` and `k`.

    Args:
        generated: array of shape `(n, d)`, n > k, any float type.
        real: array of shape `(m, d)`, m > k.
        k: int, which neighbour determines the radius.

    Returns:
        dict of floats, `"precision"` and `"recall"`.

    Raises:
        ValueError: wrong shapes, no more than k rows, NaN.

    Example:

    >>> real = [[0.0], [1.0], [2.0], [9.0]]
    >>> precision_recall([[0.5], [1.5], [30.0], [31.0]], real, k=1)
    {'precision': 0.5, 'recall': 0.75}
    """
    return neighbour_scores(generated, real, k_precision=k, k_density=None)


def density_coverage(
    generated: ArrayLike, real: ArrayLike, k: int = 5
) -> dict[str, float]:
    """Density and coverage.

    Naeem et al. 2020, arXiv:2002.09797, equations 3 and 5. Only the real rows have
    balls, which extend to the `k`-th nearest other real row; their edge is outside
    (`<`). Density is the mean number of balls that a generated row is in, divided by
    `k`, and may exceed 1; coverage is the share of real rows with a generated row in
    their ball.

    Args:
        generated: array of shape `(n, d)`, any float type.
        real: array of shape `(m, d)`, m > k.
        k: int, which neighbour determines the radius.

    Returns:
        dict of floats, `"density"` and `"coverage"`.

    Raises:
        ValueError: wrong shapes, no more than k real rows, NaN.

    Example:

    >>> density_coverage([[0.5], [1.5]], [[0.0], [1.0], [2.0], [9.0]], k=1)
    {'density': 2.0, 'coverage': 0.75}
    """
    return neighbour_scores(generated, real, k_precision=None, k_density=k)


def neighbour_scores(
    generated: ArrayLike,
    real: ArrayLike,
    k_precision: int | None = 3,
    k_density: int | None = 5,
) -> dict[str, float]:
    """`precision_recall` and `density_coverage` from one pass over the distances.

    Every comparison, ties included, has the same result as with distances from float64
    differences, whatever the features' mean and scale. Most are decided by a matrix
    product in single precision and a bound on its error; what the bound leaves open is
    computed from differences. If it leaves too much open, the product is in float64.
    Memory holds the features and some blocks of distances.

    Args:
        generated: array of shape `(n, d)`, n > k_precision, any float type.
        real: array of shape `(m, d)`, m > both.
        k_precision: int, or `None` to leave out precision and recall.
        k_density: int, or `None` to leave out density and coverage.

    Returns:
        dict of floats: `"precision"`, `"recall"`, `"density"`, `"coverage"`.

    Raises:
        ValueError: wrong shapes, no more than k rows, NaN.

    Example:

    >>> real = [[0.0], [1.0], [2.0], [9.0]]
    >>> sorted(neighbour_scores([[0.5], [1.5]], real, k_precision=1, k_density=1))
    ['coverage', 'density', 'precision', 'recall']
    """
    generated, real = check_pair(generated, real, dtype=None)
    _check_k(k_precision, generated, real)
    _check_k(k_density, None, real)
    for dtype in ("float32", "float64"):
        fake_rows, real_rows = _prepare(generated, real, dtype)
        reals = _Balls(real_rows, max(k_precision or 1, k_density or 1))
        fakes = _Balls(fake_rows, k_precision) if k_precision else None
        if not (reals.blurred() or (fakes and fakes.blurred())):
            break
    return _count(fakes, reals, fake_rows, k_precision, k_density)


def _count(fakes, reals, fake_rows, k_precision, k_density):
    n, m = len(fake_rows.values), len(reals.rows.values)
    precise, recalled, covered = np.zeros(n, bool), np.zeros(m, bool), np.zeros(m, bool)
    inside = 0
    step = max(PAIRS // m, 1)
    for a in range(0, n, step):
        low, high = _bounds(fake_rows.pick(slice(a, a + step)), reals.rows)
        near = low <= reals.high[:, -1]
        if fakes:
            near |= low <= fakes.high[a : a + step, -1:]
        pairs = np.flatnonzero(near)
        i, j = np.divmod(pairs, m)
        i += a
        gaps = _Gaps(
            low.ravel()[pairs], high.ravel()[pairs], fake_rows, reals.rows, i, j
        )
        if k_precision:
            precise[i[reals.hold(gaps, j, k_precision, edge=True)]] = True
            recalled[j[fakes.hold(gaps, i, k_precision, edge=True)]] = True
        if k_density:
            held = reals.hold(gaps, j, k_density, edge=False)
            inside += np.count_nonzero(held)
            covered[j[held]] = True
    scores = {}
    if k_precision:
        scores["precision"] = float(precise.mean())
        scores["recall"] = float(recalled.mean())
    if k_density:
        scores["density"] = float(inside / (k_density * n))
        scores["coverage"] = float(covered.mean())
    return scores


class _Rows(typing.NamedTuple):
    """Features; the same centred and scaled in working precision; and their errors."""

    source: np.ndarray
    values: np.ndarray
    squares: np.ndarray
    slack: np.ndarray

    def pick(self, rows):
        return _Rows(*(part[rows] for part in self))


class _Gaps(typing.NamedTuple):
    """Pairs of rows x[i], y[j], with bounds on their squared distances."""

    low: np.ndarray
    high: np.ndarray
    x: _Rows
    y: _Rows
    i: np.ndarray
    j: np.ndarray


def _prepare(generated, real, dtype):
    """Both sets as `_Rows` relative to the real mean, with norms of at most 1.

    A subtraction's rounding error is relative to its result, so a mean of 1e6 costs no
    digits; the scale is a power of two, which costs none either.

    The slack is one row's part of the error of a squared distance. With unit roundoff
    u, a dot product of d terms has an error of at most d u |x| |y| (Higham 2002,
    equation 3.5), and 2 |x| |y| <= |x|^2 + |y|^2; 16 u covers the rounding of the
    features and of the sums, and the last term covers products that underflow.
    """
    centre = centre_of(real)
    largest = max(
        np.abs(part - centre).max()
        for rows in (generated, real)
        for part in parts(rows)
    )
    d, kind = real.shape[1], np.finfo(dtype)
    scale = 2.0 ** np.frexp(largest * np.sqrt(d))[1] if largest else 1.0
    sets = []
    for source in (generated, real):
        values = np.empty(source.shape, dtype)
        for part, out in zip(parts(source), parts(values), strict=True):
            out[:] = (part - centre) / scale
        squares = np.concatenate(
            [np.square(part, dtype="float64").sum(axis=1) for part in parts(values)]
        )
        slack = 1.01 * (d + 16) * kind.eps / 2 * squares
        slack += 4 * d * kind.tiny * values.any(axis=1)
        sets.append(_Rows(source, values, squares.astype(dtype), slack.astype(dtype)))
    return sets


def _bounds(x, y):
    """Bounds on all squared distances between two `_Rows`: two matrices (n, m)."""
    high = x.values @ y.values.T
    high *= -2
    buffer = x.squares[:, None] + y.squares
    high += buffer
    np.add(x.slack[:, None], y.slack, out=buffer)
    low = high - buffer
    high += buffer
    return low, high


class _Balls:
    """A ball around each row, which extends to its k-th nearest other row.

    `low` and `high`, of shape (n, k), bound the squared distances to the nearest k, in
    ascending order; `exact` has those that were needed exactly.
    """

    def __init__(self, rows, k):
        n = len(rows.values)
        self.rows = rows
        self.low, self.high = np.full((2, n, k), np.inf, rows.values.dtype)
        self.exact = np.full((n, k), np.nan)
        for a in range(0, n, TILE):
            for b in range(a, n, TILE):
                some, more = slice(a, a + TILE), slice(b, b + TILE)
                tiles = _bounds(rows.pick(some), rows.pick(more))
                for best, tile in zip((self.low, self.high), tiles, strict=True):
                    if a == b:
                        np.fill_diagonal(tile, np.inf)
                    else:
                        _keep_smallest(best[more], tile.T)
                    _keep_smallest(best[some], tile)
        self.low.sort(axis=1)
        self.high.sort(axis=1)

    def blurred(self):
        low, high = self.low[:, -1], self.high[:, -1]
        return np.mean(high - low > 0.01 * high) > BLURRED

    def hold(self, gaps, owners, k, edge):
        """Which pairs are no further apart than the radius of their owner's ball."""
        inside = gaps.high < self.low[owners, k - 1]
        left = np.flatnonzero(~inside & (gaps.low <= self.high[owners, k - 1]))
        if left.size:
            radii = self._settle(owners[left])[:, k - 1]
            exact = _squared_distances(
                gaps.x.source, gaps.y.source, gaps.i[left], gaps.j[left]
            )
            inside[left] = exact <= radii if edge else exact < radii
        return inside

    def _settle(self, owners):
        """The exact squared distances of these rows to their nearest k others."""
        unknown = np.unique(owners[np.isnan(self.exact[owners, 0])])
        k = self.low.shape[1]
        step = max(PAIRS // len(self.low), 1)
        for a in range(0, len(unknown), step):
            some = unknown[a : a + step]
            low, _ = _bounds(self.rows.pick(some), self.rows)
            low[np.arange(len(some)), some] = np.inf
            i, j = np.nonzero(low <= self.high[some, -1:])
            exact = _squared_distances(self.rows.source, self.rows.source, some[i], j)
            nearest = exact[np.lexsort((exact, i))]
            starts = np.searchsorted(i, np.arange(len(some)))
            self.exact[some] = nearest[starts[:, None] + np.arange(k)]
        return self.exact[owners]


def _squared_distances(x, y, i, j):
    """|x_i - y_j|^2 from float64 differences, pair by pair; exactly symmetric."""
    distances = np.empty(len(i))
    step = max(PAIRS // x.shape[1], 1)
    for a in range(0, len(i), step):
        gap = x[i[a : a + step]].astype("float64")
        gap -= y[j[a : a + step]]
        distances[a : a + step] = np.square(gap, out=gap).sum(axis=1)
    return distances


def _keep_smallest(best, more):
    k = best.shape[1]
    both = np.concatenate([best, more], axis=1)
    best[:] = np.partition(both, k - 1, axis=1)[:, :k]


def _check_k(k, generated, real):
    for rows, side in ((generated, "generated"), (real, "real")):
        if k is None or rows is None:
            continue
        if not (is_whole(k) and 1 <= k < len(rows)):
            raise ValueError(
                "`k` must be at least 1 and less than the number of rows: a row's "
                f"neighbours are the other rows. Received: k={k}, {side} of shape "
                f"{rows.shape}"
            )
