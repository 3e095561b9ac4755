"""Frechet distance between two Gaussians, from features or from moments."""

import numpy as np
from scipy import linalg

from keras_gan_zoo.metrics.checks import check_labels, check_pair
from keras_gan_zoo.typing import ArrayLike


def frechet_distance(generated: ArrayLike, real: ArrayLike) -> float:
    """|mu1 - mu2|^2 + tr C1 + tr C2 - 2 tr (C1 C2)^(1/2) of two sets of features.

    Heusel et al. 2017, arXiv:1706.08500, equation 6; Dowson & Landau 1982. With the
    features of the 2015 Inception network this is FID; with others, say which.

    The last trace is the sum of singular values of A B^T, where A and B are the
    centred features over sqrt(n - 1): no covariance is formed, nothing is squared,
    no rank is assumed, and no epsilon is added. With fewer rows than dimensions it
    gets cheaper, not wrong.

    Args:
        generated: array of shape `(n, d)`, n >= 2, any float type.
        real: array of shape `(m, d)`, m >= 2.

    Returns:
        float, in squared units of the features; 0 for identical sets.

    Raises:
        ValueError: wrong shapes, a single row, NaN.

    Example:

    >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])  # only the means differ, by 3
    9.0
    """
    generated, real = check_pair(generated, real, at_least=2)
    mean1, mean2 = generated.mean(axis=0), real.mean(axis=0)
    root1, root2 = _root(generated - mean1), _root(real - mean2)
    overlap = linalg.svdvals(root1 @ root2.T).sum()
    return _combine(mean1 - mean2, np.sum(root1**2), np.sum(root2**2), overlap)


def frechet_distance_from_moments(
    mean1: ArrayLike, covariance1: ArrayLike, mean2: ArrayLike, covariance2: ArrayLike
) -> float:
    """`frechet_distance` between two sets of which only the moments are known.

    Each covariance is factored by Cholesky, C = L L^T, with pivoting if the rank is not
    full. The trace of (C1 C2)^(1/2) is then the sum of the square roots of the
    eigenvalues of (L1^T L2)(L1^T L2)^T: real, and never negative except for rounding.

    Args:
        mean1, mean2: arrays of shape `(d,)`.
        covariance1, covariance2: arrays of shape `(d, d)`, with ddof 1.

    Returns:
        float, in squared units of the features.

    Raises:
        ValueError: shapes that don't match, NaN, or a matrix that is not a covariance.

    Example:

    >>> frechet_distance_from_moments([0.0], [[1.0]], [3.0], [[4.0]])  # 9 + (2 - 1)^2
    10.0
    """
    moments1 = _check_moments(mean1, covariance1, 1)
    moments2 = _check_moments(mean2, covariance2, 2)
    shape1, shape2 = moments1[0].shape, moments2[0].shape
    if shape1 != shape2:
        raise ValueError(
            "Both sets of moments must come from one extractor, and so be equally "
            f"long. Received: mean1 of shape {shape1}, mean2 of shape {shape2}"
        )
    return _distance(
        (*moments1, _factor(moments1[1])), (*moments2, _factor(moments2[1]))
    )


def class_frechet_distances(
    generated: ArrayLike,
    generated_labels: ArrayLike,
    real: ArrayLike,
    real_labels: ArrayLike,
) -> dict[int | str, float]:
    """`frechet_distance` of each class, and the mean over classes.

    The mean is known as intra-FID (Miyato & Koyama 2018, arXiv:1802.05637, section 4.1)
    or class-conditional FID. A Frechet distance is biased upward, the more so the fewer
    rows it has, here those of one class: compare only scores with equally many rows per
    class.

    Args:
        generated: array of shape `(n, d)`.
        generated_labels: n integers, the classes that the samples were made for.
        real: array of shape `(m, d)`.
        real_labels: m integers, of the same classes.

    Returns:
        dict: a float for each label, an int, in ascending order, and under `"mean"`
        their unweighted mean.

    Raises:
        ValueError: a class with fewer than 2 rows on one side, labels that don't match
            their features, and what `frechet_distance` raises.

    Example:

    >>> rows, labels = [[0.0], [2.0], [7.0], [9.0]], [0, 0, 1, 1]
    >>> class_frechet_distances(rows, labels, [[3.0], [5.0], [7.0], [9.0]], labels)
    {0: 9.0, 1: 0.0, 'mean': 4.5}
    """
    generated, real = check_pair(generated, real)
    labels = {
        "generated": check_labels(generated_labels, "generated_labels", len(generated)),
        "real": check_labels(real_labels, "real_labels", len(real)),
    }
    classes = np.union1d(*labels.values())
    for side, own in labels.items():
        counts = [np.count_nonzero(own == label) for label in classes]
        if min(counts) < 2:
            raise ValueError(
                "Both sides need at least 2 rows of every class. Received: "
                f"{min(counts)} {side} rows of class {classes[np.argmin(counts)]}"
            )
    distances: dict[int | str, float] = {
        int(label): frechet_distance(
            generated[labels["generated"] == label], real[labels["real"] == label]
        )
        for label in classes
    }
    return {**distances, "mean": float(np.mean(list(distances.values())))}


def _distance(moments1, moments2):
    """The distance of two triples: mean, covariance, and the covariance's factor."""
    (mean1, covariance1, factor1), (mean2, covariance2, factor2) = moments1, moments2
    return _combine(
        mean1 - mean2,
        np.trace(covariance1),
        np.trace(covariance2),
        _overlap(factor1, factor2),
    )


def _overlap(factor1, factor2):
    """The trace of (C1 C2)^(1/2), from L1 and L2."""
    if 0 in (factor1.shape[1], factor2.shape[1]):  # all rows of a side are equal
        return 0.0
    product = _product(factor1, factor2)
    gram = linalg.blas.dsyrk(
        1.0, product, trans=product.shape[0] > product.shape[1], lower=1
    )
    eigenvalues = linalg.eigvalsh(gram, lower=True, check_finite=False)
    return np.sqrt(eigenvalues.clip(0.0)).sum()


def _root(centred):
    """A with A^T A = covariance, with no more rows than columns."""
    rows, columns = centred.shape
    root = centred / np.sqrt(rows - 1)
    return linalg.qr(root, mode="r")[0][:columns] if rows > columns else root


def _factor(covariance):
    """L of shape (d, rank) with L L^T = covariance.

    Uses LAPACK's Cholesky `dpotrf` if the rank is full, or else the pivoted `dpstrf`,
    which handles any rank but takes three times as long. The matrix is first scaled to
    a unit diagonal, so that the rank does not depend on the scale of any feature.
    """
    scale = np.sqrt(np.diag(covariance))
    safe = np.where(scale > 0, scale, 1.0)
    unit = (covariance / safe[:, None] / safe).T  # Fortran order, for LAPACK
    root, failed = linalg.lapack.dpotrf(unit, lower=1)
    if failed or np.diag(root).min() ** 2 <= len(scale) * np.finfo("float64").eps:
        factor, pivots, rank, _ = linalg.lapack.dpstrf(unit, lower=1, overwrite_a=1)
        root = np.empty((len(scale), rank))
        root[pivots - 1] = np.tril(factor)[:, :rank]
    return root * scale[:, None]


def _product(factor1, factor2):
    """L1^T L2; a square L1 is triangular, and takes half of the multiplications."""
    if factor1.shape[0] != factor1.shape[1]:
        return factor1.T @ factor2
    return linalg.blas.dtrmm(1.0, factor1, factor2, lower=1, trans_a=1)


def _combine(mean_gap, trace1, trace2, overlap):
    scale = mean_gap @ mean_gap + trace1 + trace2
    distance = scale - 2.0 * overlap
    if not np.isfinite(distance):
        raise ValueError(
            "Moments must be small enough for a squared distance in float64. "
            f"Received: moments for which it would be {distance}"
        )
    if distance < -1e-6 * scale:
        raise ValueError(
            "Covariances must be positive semi-definite. Received: matrices for which "
            f"the squared distance would be {distance:.6g}"
        )
    return float(distance) if distance > 1e-13 * scale else 0.0  # rounding


def _check_moments(mean, covariance, i):
    mean = np.asarray(mean, dtype="float64")
    covariance = np.asarray(covariance, dtype="float64")
    if mean.ndim != 1 or covariance.shape != (mean.size, mean.size):
        raise ValueError(
            f"`mean{i}` must have shape (d,) and `covariance{i}` shape (d, d). "
            f"Received: mean{i} of shape {mean.shape}, covariance{i} of shape "
            f"{covariance.shape}"
        )
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ValueError(
            f"Moments must be finite. Received: mean{i} or covariance{i} with NaN or "
            "infinity (a covariance of a single sample is undefined)"
        )
    diagonal = np.diag(covariance)
    asymmetry = 0.0
    if not np.array_equal(covariance, covariance.T):
        asymmetry = np.abs(covariance - covariance.T).max()
    if diagonal.min() < 0 or asymmetry > 1e-6 * diagonal.max():
        raise ValueError(
            f"`covariance{i}` must be symmetric, with variances on its diagonal. "
            f"Received: covariance{i} with a diagonal from {diagonal.min():.3g} to "
            f"{diagonal.max():.3g} and an asymmetry of {asymmetry:.3g}"
        )
    return mean, covariance
