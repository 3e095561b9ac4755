from typing import Any

import keras
from keras import ops

from keras_gan_zoo.augmentation.base import Augmentation
from keras_gan_zoo.typing import Draw, Tensor

POLICIES = ("color", "translation", "cutout")


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class DiffAugment(Augmentation):
    """Differentiable augmentation of every image (Zhao et al. 2020).

    As in the authors' code, with random numbers of its own for each image: brightness
    plus U(-0.5, 0.5), saturation about the channels' mean times U(0, 2), contrast about
    the image's mean times U(0.5, 1.5); a translation by up to 1/8 of the size, padded
    with 0; a square of half the size set to 0. arXiv:2006.10738, section 3.

    Args:
        policy: which of `"color"`, `"translation"` and `"cutout"`, comma-separated.
        name: str.

    Example:

    >>> DiffAugment("color,translation").policy
    'color,translation'
    """

    def __init__(
        self, policy: str = "color,translation,cutout", name: str = "diff_augment"
    ) -> None:
        super().__init__(name)
        self.policy = policy
        self._steps = tuple(part.strip() for part in str(policy).split(","))
        if not set(self._steps) <= set(POLICIES):
            raise ValueError(
                f"`policy` must be some of {', '.join(POLICIES)}, separated by commas. "
                f"Received: policy={policy!r}"
            )

    def call(self, images: Tensor, draw: Draw) -> Tensor:
        for step in POLICIES:
            if step in self._steps:
                images = getattr(self, f"_{step}")(images, draw)
        return images

    def _color(self, x, draw):
        n = ops.shape(x)[0]
        brightness, saturation, contrast = (
            draw((n, 1, 1, 1), "uniform") for _ in range(3)
        )
        x = x + (brightness - 0.5)
        mean = ops.mean(x, axis=3, keepdims=True)
        x = (x - mean) * (2.0 * saturation) + mean
        mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
        return (x - mean) * (contrast + 0.5) + mean

    def _translation(self, x, draw):
        n, (height, width) = ops.shape(x)[0], x.shape[1:3]
        rows, columns = (
            _shift(draw((n, 1, 1), "uniform"), size) for size in (height, width)
        )
        x = ops.einsum("nij,njkc->nikc", rows, x)
        return ops.einsum("nij,nkjc->nkic", columns, x)

    def _cutout(self, x, draw):
        n, (height, width) = ops.shape(x)[0], x.shape[1:3]
        rows, columns = (
            _hole(draw((n, 1), "uniform"), size) for size in (height, width)
        )
        return x * (1.0 - rows[:, :, None, None] * columns[:, None, :, None])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "policy": self.policy}


def _whole(uniform, low, high):
    """Whole numbers from `low` to `high`, both included."""
    return low + ops.floor(uniform * (high - low + 1))


def _shift(uniform, size):
    """Matrices `(n, size, size)` that move rows by up to 1/8, padding with 0."""
    most = int(size / 8 + 0.5)
    at = ops.arange(size, dtype="float32")
    wanted = at[None, :, None] - _whole(uniform, -most, most)
    return ops.cast(wanted == at[None, None, :], "float32")


def _hole(uniform, size):
    """`(n, size)`: 1 inside a random interval of half the size, which is cut out."""
    length = int(size / 2 + 0.5)
    start = _whole(uniform, 0, size - length % 2) - length // 2
    at = ops.arange(size, dtype="float32")[None]
    return ops.cast((at >= start) & (at < start + length), "float32")
