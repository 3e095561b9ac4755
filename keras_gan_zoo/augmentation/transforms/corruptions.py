"""Noise, and a part that is cut out."""

from keras import ops

from keras_gan_zoo.augmentation.transforms.draws import Draws
from keras_gan_zoo.typing import Draw, Tensor

NOISE = 0.1  # standard deviation of the standard deviation
CUTOUT = 0.5  # of the size


def add_noise(images: Tensor, draws: Draws, draw: Draw) -> Tensor:
    """Add noise of a strength |N(0, 0.1)| of its own to each image."""
    strength = ops.abs(draws.normal()) * NOISE
    strength = draws.choose("noise", strength, 0.0)
    noise = draw(ops.shape(images), "normal")
    return images + strength[:, None, None, None] * noise


def cut_out(images: Tensor, draws: Draws) -> Tensor:
    """Set a square of half the size, with a uniform centre, to 0."""
    _, height, width, _ = images.shape
    size = draws.choose("cutout", CUTOUT * ops.ones((draws.n,)), 0.0)[:, None]
    inside_columns, inside_rows = (
        ops.abs(_centres(length) - draws.uniform()[:, None]) < size / 2
        for length in (width, height)
    )
    inside = inside_rows[:, :, None, None] & inside_columns[:, None, :, None]
    return images * (1.0 - ops.cast(inside, "float32"))


def _centres(length):
    """Of the pixels, from 0 to 1."""
    return ((ops.arange(length, dtype="float32") + 0.5) / length)[None]
