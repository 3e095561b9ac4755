"""Maximum mean discrepancies: the kernel distance (KID) and CMMD."""

import typing

import numpy as np

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.metrics.blocks import centre_of, parts
from keras_gan_zoo.metrics.checks import check_pair
from keras_gan_zoo.typing import ArrayLike

AGREES = 1e-7  # relative: single precision is used if it is this close to double


def kernel_distance(
    generated: ArrayLike,
    real: ArrayLike,
    subsets: int | None = 100,
    subset_size: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """The squared maximum mean discrepancy of a cubic kernel, unbiased.

    Binkowski et al. 2018, arXiv:1801.01401, section 4: k(a, b) = (a.b / d + 1)^3, and
    equation 4 without its diagonals. With the features of the 2015 Inception network
    this is KID; with others, say which. The estimate is unbiased, so it may be
    negative: it is not clipped.

    With c the real mean, k(a, b) - k(a, c) - k(c, b) + k(c, c) gives the same estimate,
    because what depends on only one row cancels, in a form that subtracts nothing
    large: it is exact for features of any mean and scale. What is linear in
    (a - c).(b - c) is summed in float64. The products that are squared and cubed are in
    single precision if the first subset, computed both ways, agrees to 1e-7; otherwise
    in float64 too.

    Args:
        generated: array of shape `(n, d)`, n >= 2, any float type.
        real: array of shape `(m, d)`, m >= 2.
        subsets: int, how often `subset_size` rows are drawn from each set, without
            replacement within a subset. `None` uses all rows at once, in float64.
        subset_size: int, at most n and m; not used with `subsets=None`.
        seed: int, for the draws.

    Returns:
        `(mean, std)` over the subsets, floats, the std with ddof 0. It is the spread
        of estimates from `subset_size` rows, not the error of the mean; 0.0 with
        `subsets=None`.

    Raises:
        ValueError: a subset larger than a set, a single row, wrong shapes, NaN.

    Example:

    >>> kernel_distance([[1.0], [3.0]], [[0.0], [2.0]], subsets=None)
    (-121.0, 0.0)
    """
    generated, real = check_pair(generated, real, at_least=2, dtype=None)
    sets, centre = (generated, real), centre_of(real)
    if subsets is None:
        everything = [np.arange(len(rows)) for rows in sets]
        return float(_distances(sets, [everything], centre, "float64")[0]), 0.0
    _check_subsets(subsets, subset_size, generated, real)
    rng = np.random.default_rng(seed)
    draws = [
        [rng.choice(len(rows), subset_size, replace=False) for rows in sets]
        for _ in range(subsets)
    ]
    with np.errstate(over="ignore", invalid="ignore"):  # handled below
        distances = _distances(sets, draws, centre, "float32")
    first = _distances(sets, draws[:1], centre, "float64")[0]
    if not abs(distances[0] - first) <= AGREES * abs(first):
        distances = _distances(sets, draws, centre, "float64")
    return float(distances.mean()), float(distances.std())


def cmmd(generated: ArrayLike, real: ArrayLike, sigma: float = 10.0) -> float:
    """The squared maximum mean discrepancy of a Gaussian kernel, biased, times 1000.

    Jayasumana et al. 2024, arXiv:2401.09603: k(a, b) = exp(-|a - b|^2 / (2 sigma^2)),
    with means over all pairs, including each row with itself, as in the published code.
    The paper's embeddings are those of CLIP ViT-L/14@336, of unit length; nothing is
    normalised here.

    Args:
        generated: array of shape `(n, d)`, any float type.
        real: array of shape `(m, d)`.
        sigma: float, in units of the features.

    Returns:
        float, between 0 and 2000; 0 for identical sets, up to rounding.

    Raises:
        ValueError: wrong shapes, NaN, a sigma that is not positive.

    Example:

    >>> round(cmmd([[0.0]], [[10.0]]), 3)  # 2000 * (1 - exp(-1 / 2))
    786.939
    """
    generated, real = check_pair(generated, real, dtype=None)
    if not sigma > 0:
        raise ValueError(
            f"`sigma` must be positive, for example 10.0. Received: sigma={sigma}"
        )
    within = _mean_gaussian(generated, generated, sigma)
    within += _mean_gaussian(real, real, sigma)
    return float(1000.0 * (within - 2.0 * _mean_gaussian(generated, real, sigma)))


def _mean_gaussian(x, y, sigma):
    """The mean of k(x_i, y_j) - 1, to all digits even if k is close to 1."""
    centre, total = centre_of(y), 0.0
    for a, some in enumerate(parts(x)):
        for b, others in enumerate(parts(y)):
            if x is y and b < a:
                continue  # counted twice, above the diagonal
            some_, others_ = some - centre, others - centre
            gaps = -2.0 * (some_ @ others_.T)
            gaps += np.einsum("ij,ij->i", some_, some_)[:, None]
            gaps += np.einsum("ij,ij->i", others_, others_)
            if x is y and a == b:
                np.fill_diagonal(gaps, 0.0)
            gaps *= -0.5 / sigma**2
            sums = np.expm1(np.minimum(gaps, 0.0, out=gaps), out=gaps).sum()
            total += 2.0 * sums if x is y and b > a else sums
    return total / (len(x) * len(y))


class _Side(typing.NamedTuple):
    """One set relative to the centre c, and S subsets of its n rows.

    rows: (n, d), unchanged.
    along: (n,), u = c.(a - c) / d.
    weights: (n, S), 1 for the rows of a subset.
    moments: (3, S, d), sums of b = (a - c) / sqrt(d), of u b and u^2 b over a subset.
    scalars: (2, S), sums of u and u^2.
    itself: (S,), what pairs of a row with itself add to `_straight`.
    """

    rows: np.ndarray
    along: np.ndarray
    weights: np.ndarray
    moments: np.ndarray
    scalars: np.ndarray
    itself: np.ndarray


def _distances(sets, draws, centre, dtype):
    """The unbiased estimate for each of `draws`, pairs of index arrays: (S,)."""
    # Any centre near the mean will do: take one that `dtype` represents exactly.
    centre = centre.astype(dtype).astype("float64")
    drawn = len(draws) * sum(len(rows) for rows in draws[0]) ** 2
    if sum(len(rows) for rows in sets) ** 2 > drawn:
        estimates = []
        for draw in draws:
            x, y = (
                _side(rows[i], np.ones((len(i), 1), "float32"), centre)
                for rows, i in zip(sets, draw, strict=True)
            )
            estimates.append(_estimates(x, y, centre, dtype)[0])
        return np.array(estimates)
    # Subsets have more pairs than there are: compute each pair once for all of them.
    sides = []
    for rows, picked in zip(sets, zip(*draws, strict=True), strict=True):
        weights = np.zeros((len(rows), len(draws)), "float32")
        for subset, i in enumerate(picked):
            weights[i, subset] = 1.0
        sides.append(_side(rows, weights, centre))
    return _estimates(*sides, centre, dtype)


def _side(rows, weights, centre):
    d, count = rows.shape[1], weights.shape[1]
    s = 1.0 + centre @ centre / d
    along = np.empty(len(rows))
    moments, itself = np.zeros((3 * count, d)), np.zeros(count)
    for part, held, u in zip(*map(parts, (rows, weights, along)), strict=True):
        wide = _centred(part, centre, "float64")
        u[:] = wide @ centre / np.sqrt(d)
        column = u[:, None]
        moments += np.hstack([held, held * column, held * column**2]).T @ wide
        w = np.einsum("ij,ij->i", wide, wide)
        itself += held.T @ (6 * u**2 * (s + u) + 3 * w * (s + 2 * u) ** 2)
    scalars = np.stack([along @ weights, along**2 @ weights])
    return _Side(rows, along, weights, moments.reshape(3, count, d), scalars, itself)


def _centred(part, centre, dtype):
    """(a - c) / sqrt(d), with the difference exact to all digits of `dtype`."""
    if part.dtype.itemsize <= np.dtype(dtype).itemsize:
        centred = part - centre.astype(dtype)
    else:
        centred = (part - centre).astype(dtype)
    return np.divide(centred, np.sqrt(part.shape[1]), out=centred)


def _estimates(x, y, centre, dtype):
    s = 1.0 + centre @ centre / len(centre)
    n, m = x.weights.sum(axis=0), y.weights.sum(axis=0)
    within = [
        (_straight(side, side, s) - side.itself + _bent(side, side, centre, dtype))
        / (count * (count - 1.0))
        for side, count in ((x, n), (y, m))
    ]
    between = (_straight(x, y, s) + _bent(x, y, centre, dtype)) / (n * m)
    return within[0] + within[1] - 2.0 * between


# With q = s + u + v and w = (a - c).(b - c) / d, u and v the `along` of a and b, the
# centred kernel is 3 u v (2 s + u + v) + 3 q^2 w + (3 q + w) w^2.


def _straight(x, y, s):
    """Sums of 3 u v (2 s + u + v) + 3 q^2 w over all pairs, from sums over rows."""
    (u1, u2), (v1, v2) = x.scalars, y.scalars
    rank_one = 2 * s * u1 * v1 + u2 * v1 + u1 * v2
    x0, x1, x2 = x.moments
    y0, y1, y2 = y.moments
    linear = x0 * (s * s * y0 + 2 * s * y1 + y2) + 2 * x1 * (s * y0 + y1) + x2 * y0
    return 3 * (rank_one + linear.sum(axis=1))


def _bent(x, y, centre, dtype):
    """Sums of (3 q + w) w^2 over all pairs; in one set, of two different rows."""
    s = 1.0 + centre @ centre / len(centre)
    total = np.zeros(x.weights.shape[1])
    columns = list(zip(*map(parts, (y.rows, y.along, y.weights)), strict=True))
    blocks = zip(*map(parts, (x.rows, x.along, x.weights)), strict=True)
    for a, (some, u, weights) in enumerate(blocks):
        some, sums = _centred(some, centre, dtype), 0.0
        for b, (others, v, held) in enumerate(columns):
            if x is y and b < a:
                continue  # counted twice, above the diagonal
            others = some if x is y and b == a else _centred(others, centre, dtype)
            terms = _terms(some, s + u, others, v)
            if x is y:
                terms *= 1 if a == b else 2
                if a == b:
                    np.fill_diagonal(terms, 0.0)
            sums += terms @ held.astype(dtype)
        total += np.sum(weights * sums, axis=0, dtype="float64")
    return total


def _terms(x, p, y, v):
    """(3 q + w) w^2 with w = x.y and q = p + v, a matrix."""
    w = x @ y.T
    terms = (3 * p).astype(w.dtype)[:, None] + (3 * v).astype(w.dtype)
    terms += w
    w *= w
    terms *= w
    return terms


def _check_subsets(subsets, subset_size, generated, real):
    if not is_whole(subsets) or subsets < 1:
        raise ValueError(
            "`subsets` must be a whole number, 1 or more, for example 100, or None for "
            f"all rows at once. Received: subsets={subsets}"
        )
    most = min(len(generated), len(real))
    if not (is_whole(subset_size) and 2 <= subset_size <= most):
        raise ValueError(
            "`subset_size` must be at least 2, and at most the rows of either set; "
            "`subsets=None` uses all rows at once. Received: "
            f"subset_size={subset_size}, generated of shape {generated.shape}, real "
            f"of shape {real.shape}"
        )
