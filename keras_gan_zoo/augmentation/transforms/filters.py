"""Gains of four frequency bands."""

import math
from functools import lru_cache

import numpy as np
from keras import ops

from keras_gan_zoo.augmentation.transforms.draws import Draws
from keras_gan_zoo.augmentation.transforms.resampling import (
    SYM2,
    reflection,
    resample,
)
from keras_gan_zoo.typing import Tensor

GAIN = 1.0  # standard deviation of the binary logarithm
POWER = np.array([10, 1, 1, 1], "float32") / 13  # of the bands, in 1/f images


@lru_cache
def bands() -> np.ndarray:
    """`(4, 43)`: filters whose sum is the identity, the lowest band first.

    H(z) H(1/z) / 2 and its mirror image split an axis into two bands; the lower one
    goes on to be split, at half the rate each time (Karras et al. 2020, appendix B.3).
    """
    low = np.array(SYM2)
    high = low * (-1.0) ** np.arange(len(low))
    low, high = (np.convolve(half, half[::-1]) / 2 for half in (low, high))
    bank = np.array([[1.0]])
    for _ in range(3):
        finer = np.zeros((len(bank), 2 * bank.shape[1] - 1))
        finer[:, ::2] = bank
        bank = np.stack([np.convolve(row, low) for row in finer])
        margin = (bank.shape[1] - len(high)) // 2
        bank = np.vstack([bank, np.pad(high, margin)])
    return bank


@lru_cache
def band_matrices(size: int) -> np.ndarray:
    """`(4, size, size)`: the filters of `bands` on an axis that is reflected."""
    bank = bands()
    reach = bank.shape[1] // 2
    place = np.arange(size + 2 * reach)[None, :] - np.arange(size)[:, None]
    inside = (place >= 0) & (place <= 2 * reach)
    filters = bank[:, np.clip(place, 0, 2 * reach)] * inside
    return np.asarray(filters @ reflection(size, reach), "float32")


def transform(images: Tensor, draws: Draws) -> Tensor:
    """Amplify each band by 2^N(0, 1), at a constant power of typical images."""
    gains = []
    for _ in range(4):
        gain = ops.exp(math.log(2.0) * GAIN * draws.normal())
        gains.append(draws.choose("imgfilter", gain, 1.0))
    gains = ops.stack(gains, axis=1)
    # The power of each gain by itself, as published.
    shares = ops.convert_to_tensor(POWER)
    power = ops.prod(1.0 + (ops.square(gains) - 1.0) * shares, axis=1, keepdims=True)
    gains = gains / ops.sqrt(power)
    rows, columns = (
        ops.einsum("nb,bij->nij", gains, band_matrices(size))
        for size in images.shape[1:3]
    )
    return resample(images, rows, columns)
