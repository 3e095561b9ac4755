"""Sliced Wasserstein distance."""

import numpy as np

from keras_gan_zoo.arguments import is_whole
from keras_gan_zoo.metrics.checks import check_pair
from keras_gan_zoo.typing import ArrayLike

SLICES = 32  # directions in memory at once


def sliced_wasserstein(
    generated: ArrayLike,
    real: ArrayLike,
    projections: int | ArrayLike = 512,
    seed: int = 0,
) -> float:
    """The mean over directions of the Wasserstein-1 distance of the projected rows.

    Rabin et al. 2011, doi:10.1007/978-3-642-24785-9_37, section 2.3, with p = 1: the
    plain average, over unit vectors t uniform on the sphere, of W1(t.x, t.y), the area
    between the two distribution functions. Exact for sets of unequal size too.
    (Rabin et al. take p = 2; Karras et al. 2018, arXiv:1710.10196, p = 1 of patches of
    a Laplacian pyramid, which may be passed here as rows.)

    Args:
        generated: array of shape `(n, d)`.
        real: array of shape `(m, d)`.
        projections: int, the number of directions: the normalised rows of
            `numpy.random.default_rng(seed).standard_normal((projections, d))`. Or an
            array `(directions, d)` of your own, used as it is.
        seed: int.

    Returns:
        float, in units of the features; 0 for identical sets, in any order.

    Raises:
        ValueError: wrong shapes, NaN, no projections.

    Example:

    >>> sliced_wasserstein([[0.0], [1.0]], [[5.0], [6.0]])
    5.0
    """
    generated, real = check_pair(generated, real)
    directions = _directions(projections, generated.shape[1], seed)
    i, j, shares = _couple(len(generated), len(real))
    total = 0.0
    for a in range(0, len(directions), SLICES):
        some = directions[a : a + SLICES].T
        x, y = np.sort(generated @ some, axis=0), np.sort(real @ some, axis=0)
        total += (shares @ np.abs(x[i] - y[j])).sum()
    return float(total / len(directions))


def _couple(n, m):
    """The monotone plan from n to m sorted points: pairs and the mass between them.

    Quantile functions are step functions, with steps at multiples of 1/n and of 1/m; in
    units of 1 / (n m) these are integers.
    """
    edges = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    starts = np.concatenate([[0], edges[:-1]])
    return starts // m, starts // n, (edges - starts) / (n * m)


def _directions(projections, d, seed):
    if is_whole(projections):
        if projections < 1:
            raise ValueError(
                "`projections` must be a positive number, for example 512. "
                f"Received: projections={projections}"
            )
        shape = (projections, d)
        directions = np.random.default_rng(seed).standard_normal(shape)
        return directions / np.linalg.norm(directions, axis=1, keepdims=True)
    directions = np.asarray(projections, dtype="float64")
    if directions.ndim != 2 or directions.shape[1] != d or len(directions) == 0:
        raise ValueError(
            "`projections` must be a number, or an array of directions of shape "
            f"(directions, {d}). Received: projections of shape {directions.shape}"
        )
    return directions
