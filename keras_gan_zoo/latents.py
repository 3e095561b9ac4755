"""Latents that are the same on every machine, backend, device and batch size."""

import numpy as np

DISTRIBUTIONS = ("normal", "uniform")


def draw_latents(n, dim, seed, distribution="normal", start=0, truncation=None):
    """Latents `start` to `start + n` of the stream that `seed` names.

    Sample `i` depends on `(seed, i)` alone. The raw integers of NumPy's Philox
    generator are frozen across versions (its normal variates are not), so the
    inverse of the normal distribution is applied here.

    Args:
        n: int, how many.
        dim: int, the size of one latent.
        seed: int, 0 or more.
        distribution: `"normal"` for N(0, 1) or `"uniform"` for U(-1, 1).
        start: int, index of the first sample.
        truncation: float or None. Normal latents only: values come from
            N(0, 1) cut to [-truncation, truncation] (Brock et al. 2018,
            arXiv:1809.11096, section 3.1).

    Returns:
        float32 array of shape `(n, dim)`.

    Example:

    >>> draw_latents(2, 3, seed=7).shape
    (2, 3)
    >>> bool((draw_latents(4, 3, seed=7)[2:] == draw_latents(2, 3, 7, start=2)).all())
    True
    """
    from scipy.special import ndtr, ndtri

    if distribution not in DISTRIBUTIONS:
        raise ValueError(
            f"`latent_distribution` must be one of {DISTRIBUTIONS}. "
            f"Received: latent_distribution={distribution!r}"
        )
    blocks = -(-dim // 4)  # Philox counts in blocks of four 64-bit integers
    bits = np.random.Philox(key=seed).advance(start * blocks).random_raw(n * blocks * 4)
    bits = bits.reshape(n, blocks * 4)[:, :dim]
    uniform = ((bits >> np.uint64(11)) + 0.5) * 2.0**-53  # strictly inside (0, 1)
    if distribution == "uniform":
        if truncation is not None:
            raise ValueError(
                "`truncation` is defined for normal latents only. "
                f"Received: truncation={truncation}, latent_distribution='uniform'"
            )
        return (2.0 * uniform - 1.0).astype("float32")
    if truncation is not None:
        if not truncation > 0:
            raise ValueError(
                "`truncation` must be a positive number of standard deviations, "
                f"for example 2.0. Received: truncation={truncation}"
            )
        low = ndtr(-truncation)
        uniform = low + (1.0 - 2.0 * low) * uniform
    return ndtri(uniform).astype("float32")
