"""Resizes images of any size to the size that a network takes, on every backend."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor

SIZE = 299  # of the Inception network's images
RESIZERS = ("tf1", "clean", "torch")  # how images get to that size and its range


@keras.saving.register_keras_serializable("keras_gan_zoo.scoring")
class BicubicResize(keras.layers.Layer):
    """uint8 (n, h, w, c) -> float32 (n, *size, c), 0 to 255: Pillow's bicubic.

    Antialiased, in float, clipped but not rounded to whole grey levels, as in
    clean-fid (Parmar et al. 2022, arXiv:2104.11222).

    Args:
        size: `(height, width)`.

    Example:

    >>> images = np.full((1, 9, 8, 3), 7, "uint8")
    >>> tuple(BicubicResize((4, 5))(images).shape)
    (1, 4, 5, 3)
    """

    def __init__(self, size: Sequence[int], name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32", trainable=False)
        self.size = tuple(size)

    def call(self, images: Tensor) -> Tensor:
        height, width, channels = images.shape[1:]
        x = ops.cast(images, "float32")
        rows, columns = height or ops.shape(x)[1], width or ops.shape(x)[2]
        x = ops.matmul(
            bicubic_matrix(self.size[0], rows),
            ops.reshape(x, (-1, rows, columns * channels)),
        )
        x = ops.matmul(
            bicubic_matrix(self.size[1], columns),
            ops.reshape(x, (-1, columns, channels)),
        )
        return ops.clip(ops.reshape(x, (-1, *self.size, channels)), 0, 255)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {"size": self.size, "name": self.name}


def bicubic_matrix(out: int, size: Any) -> Tensor:
    """(out, size), float32: the weight of each pixel by Keys' kernel with a = -0.5.

    On TensorFlow, a size that is known only when the graph runs is a tensor.
    """
    xp = np if isinstance(size, int) else ops
    scale = (size if xp is np else ops.cast(size, "float64")) / out
    centres = (np.arange(out)[:, None] + 0.5) * scale
    pixels = xp.arange(size, dtype="float64")[None, :] + 0.5
    x = xp.abs(pixels - centres) / xp.maximum(scale, 1.0)
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    weights = xp.where(x < 1, near, xp.where(x < 2, far, 0.0 * x))
    return ops.cast(weights / xp.sum(weights, axis=1, keepdims=True), "float32")


def resize(images: Tensor, resizer: str) -> Tensor:
    """uint8 `(n, height, width, 3)` -> float32 `(n, 299, 299, 3)` in [-1, 1].

    The bilinear ones pick and mix two columns, then two rows, as the originals do: in
    float32 even on chips that round the factors of a matrix product. Values are brought
    into range in between, when there are few of them.

    Example:

    >>> images = np.full((1, 8, 8, 3), 255, "uint8")
    >>> [float(ops.max(resize(images, name))) for name in RESIZERS]
    [0.9921875, 0.9921875, 1.0]
    """
    shape = ops.shape(images)
    if resizer == "clean":
        x = _to_range(images, resizer)
        x = ops.transpose(x, (0, 3, 1, 2))
        x = ops.matmul(x, ops.transpose(bicubic_matrix(SIZE, shape[2])))
        x = ops.matmul(bicubic_matrix(SIZE, shape[1]), x)
        # clean-fid clips what bicubic overshoots to [0, 255].
        return ops.clip(ops.transpose(x, (0, 2, 3, 1)), -1.0, 127 / 128)
    x = _mix(images, _centres(shape[2], resizer), axis=2)
    x = _to_range(x, resizer)
    return _mix(x, _centres(shape[1], resizer), axis=1)


def _to_range(x, resizer):
    x = ops.cast(x, "float32")
    return x / 127.5 - 1.0 if resizer == "torch" else (x - 128.0) / 128.0


def _centres(size, resizer):
    """Where each of the 299 new pixels is, in pixels of a side of length `size`."""
    scale = ops.cast(size, "float32") / float(SIZE)
    i = ops.arange(SIZE, dtype="float32")
    if resizer == "tf1":
        return i * scale
    return ops.maximum((i + 0.5) * scale - 0.5, 0.0)


def _mix(x, centres, axis):
    """Linear interpolation between the two pixels around each centre."""
    low = ops.cast(centres, "int32")
    high = ops.minimum(low + 1, ops.shape(x)[axis] - 1)
    weight = centres - ops.cast(low, "float32")
    weight = ops.reshape(weight, (SIZE,) + (1,) * (3 - axis))
    a = ops.cast(ops.take(x, low, axis), "float32")
    b = ops.cast(ops.take(x, high, axis), "float32")
    return a + (b - a) * weight
