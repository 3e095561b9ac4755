"""Perceptual path length, and the arcs that it is measured along."""

from collections.abc import Sequence

import numpy as np

from keras_gan_zoo.metrics.checks import check_rows
from keras_gan_zoo.typing import ArrayLike


def perceptual_path_length(
    features_a: ArrayLike,
    features_b: ArrayLike,
    epsilon: float = 1e-4,
    discard: Sequence[float] | None = (1, 99),
) -> tuple[float, float]:
    """How fast images change along a path between latents.

    Karras et al. 2019, arXiv:1812.04948, section 4.1: the mean of d(G(z_t),
    G(z_{t+epsilon})) / epsilon^2 over random pairs of latents and random t, with z_t
    from `slerp` for normal latents. Here d is the squared distance between the features
    that are passed. With LPIPS's features (VGG16's, of unit length at each position,
    times its weights) that is the published PPL; with others, say which.

    Args:
        features_a: array of shape `(n, d)`, of G(z_t).
        features_b: array of shape `(n, d)`, of G(z_{t+epsilon}), in the same order.
            Extract both in float32 or better: they are nearly equal.
        epsilon: float, the step in t.
        discard: two percentiles; shorter and longer steps are left out. As in the
            original code, the limits are steps that occur. `None` keeps all.

    Returns:
        `(mean, std)` over the steps, floats, the std with ddof 0.

    Raises:
        ValueError: shapes that differ, NaN, an epsilon or percentiles out of range.

    Example:

    >>> a = np.zeros((3, 2))
    >>> perceptual_path_length(a, a + [0.3, 0.4], epsilon=0.5, discard=None)
    (1.0, 0.0)
    """
    features_a = check_rows(features_a, "features_a")
    features_b = check_rows(features_b, "features_b")
    if features_a.shape != features_b.shape:
        raise ValueError(
            "`features_a` and `features_b` must be the two ends of the same steps. "
            f"Received: features_a of shape {features_a.shape}, features_b of shape "
            f"{features_b.shape}"
        )
    if not epsilon > 0:
        raise ValueError(f"`epsilon` must be positive. Received: epsilon={epsilon}")
    steps = np.square(features_a - features_b).sum(axis=1) / epsilon**2
    if discard is not None:
        low, high = _check_percentiles(discard)
        steps = steps[
            (steps >= np.percentile(steps, low, method="lower"))
            & (steps <= np.percentile(steps, high, method="higher"))
        ]
    return float(steps.mean()), float(steps.std())


def slerp(a: ArrayLike, b: ArrayLike, t: float | ArrayLike) -> np.ndarray:
    """Spherical interpolation at constant angular speed.

    Shoemake 1985, doi:10.1145/325334.325242: sin((1 - t) w) / sin(w) a + sin(t w) /
    sin(w) b, with w the angle between a and b. It preserves the length of vectors if
    both have the same.

    Args:
        a: array of shape `(..., d)`, where t is 0.
        b: array of the same shape, where t is 1.
        t: float, or an array of shape `(...)`.

    Returns:
        float64 array of shape `(..., d)`. Parallel vectors are interpolated linearly.

    Raises:
        ValueError: shapes that differ, or vectors that are 0 or opposite, between
            which there is no shortest arc.

    Example:

    >>> slerp([1.0, 0.0], [0.0, 1.0], 0.5).round(4)
    array([0.7071, 0.7071])
    """
    a, b = np.asarray(a, dtype="float64"), np.asarray(b, dtype="float64")
    t = np.asarray(t, dtype="float64")[..., None]
    if a.shape != b.shape or a.ndim == 0:
        raise ValueError(
            "`a` and `b` must be vectors of equal shape, for example (64, 128). "
            f"Received: a of shape {a.shape}, b of shape {b.shape}"
        )
    lengths = [np.linalg.norm(end, axis=-1, keepdims=True) for end in (a, b)]
    if min(length.min() for length in lengths) == 0:
        raise ValueError("There is no arc from or to 0. Received: a vector of zeros")
    unit_a, unit_b = a / lengths[0], b / lengths[1]
    # Kahan's formula: exact for small angles, as the arc cosine is not.
    angle = 2 * np.arctan2(
        np.linalg.norm(unit_a - unit_b, axis=-1, keepdims=True),
        np.linalg.norm(unit_a + unit_b, axis=-1, keepdims=True),
    )
    if np.any(angle > np.pi - 1e-7):
        raise ValueError(
            "Opposite vectors have no shortest arc between them. Received: an angle "
            f"of {angle.max():.8f}"
        )
    sine = np.sin(angle)
    parallel = sine < 1e-12
    safe = np.where(parallel, 1.0, sine)
    share_a = np.where(parallel, 1 - t, np.sin((1 - t) * angle) / safe)
    share_b = np.where(parallel, t, np.sin(t * angle) / safe)
    return share_a * a + share_b * b


def _check_percentiles(discard):
    low, high = discard
    if not 0 <= low < high <= 100:
        raise ValueError(
            "`discard` must be two percentiles in ascending order, for example "
            f"(1, 99), or None. Received: discard={discard}"
        )
    return low, high
