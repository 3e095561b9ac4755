"""Reflection, filters and changes of resolution along one axis, as matrices.

A product with a small constant matrix is quick on every backend, has derivatives of any
order, and needs no padding that depends on the batch.
"""

from functools import lru_cache

import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor

#: low-pass filters of orthogonal wavelets, the symlets of Daubechies
SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469)
SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)

#: pixels by which the resampling filter reaches beyond an image
REACH = len(SYM6) // 4


def resample(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Images `(n, h, w, c)` times a matrix along each of the two axes.

    Args:
        rows: `(height, h)`, or one for each image, `(n, height, h)`.
        columns: `(width, w)` or `(n, width, w)`.
    """
    c = images.shape[3]
    for matrix in (columns, rows):
        # The axis in question comes second, the other one joins the channels.
        images = ops.transpose(images, (0, 2, 1, 3))
        _, size, other, _ = images.shape
        images = ops.matmul(matrix, ops.reshape(images, (-1, size, other * c)))
        images = ops.reshape(images, (-1, matrix.shape[-2], other, c))
    return images


def reflect(index: np.ndarray, size: int) -> np.ndarray:
    """Where an index beyond an axis is read: 3 2 1 0 1 2 3 2 1 0 1."""
    period = max(2 * (size - 1), 1)
    return np.minimum(index % period, -index % period)


def reflection(size: int, margin: int) -> np.ndarray:
    """`(size + 2 * margin, size)`: reflects an axis on both sides."""
    return np.eye(size)[reflect(np.arange(-margin, size + margin), size)]


@lru_cache
def upsampling(size: int) -> np.ndarray:
    """`(6 * size - 2, size)`: an axis, reflected once on each side, at twice the rate.

    The first and the last row are zero, for whatever lies beyond.
    """
    padded = 3 * size - 2
    kernel = np.array(SYM6) / sum(SYM6)
    up = np.zeros((2 * padded + 2, padded))
    for i in range(padded):
        for k, value in enumerate(kernel):
            at = 2 * i - len(kernel) // 2 + 1 + k
            if 0 <= at < 2 * padded:
                up[1 + at, i] = 2 * value
    return np.asarray(up @ reflection(size, size - 1), "float32")


@lru_cache
def downsampling(size: int) -> np.ndarray:
    """`(size, 2 * (size + 2 * REACH))`: half the rate, without the margins."""
    kernel = np.array(SYM6) / sum(SYM6)
    down = np.zeros((size, 2 * (size + 2 * REACH)), "float32")
    for i in range(size):
        down[i, 2 * i + 1 : 2 * i + 1 + len(kernel)] = kernel
    return down
