"""Progressive GAN's networks, at a fixed size, any size, or growing to it.

Those of Karras et al. 2018 (arXiv:1710.10196, table 2): after their last stage, without
the layers to and from images of the smaller sizes, or with these, faded in.
"""

import math
from collections.abc import Sequence

from keras import Input, Model, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import (
    EqualizedLearningRate,
    FadeIn,
    MinibatchStandardDeviation,
    PixelNormalization,
)
from keras_gan_zoo.networks.blocks import LAST, crop, first_grid
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    inverse,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape

HE = math.sqrt(2)  #: the gain of layers before a ReLU


def default_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of the first grid, at most 4x4, and after each doubling.

    Example:

    >>> default_widths((128, 128, 3))
    (512, 512, 512, 512, 256, 128)
    """
    return inverse(16384, stages_from(4, check_image_shape(image_shape)))


def progressive_generator(
    image_shape: ImageShape,
    latent_dim: int = 512,
    widths: Sequence[int] | None = None,
    name: str = "generator",
    *,
    growing: float | None = None,
) -> Model:
    """Latents `(n, latent_dim)` -> images, about in [-1, 1].

    Latents and the channels of each pixel are normalized, and nothing else; there is no
    last activation.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of the first grid, then after each doubling; by default
            `default_widths`.
        growing: a number or None, the images of training for the first grid alone, then
            to fade each doubling in, and then to train with it. Images are as large as
            the last ones from the start, of enlarged pixels.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: a growing one can't double its first grid to this size.

    Example:

    >>> progressive_generator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape))
    last = len(widths) - 1
    rows, columns = first_grid(image_shape, last)
    _check_growing(growing, image_shape, last)

    def normalized(x, name):
        x = layers.LeakyReLU(0.2, name=f"{name}_relu")(x)
        return PixelNormalization(name=f"{name}_norm")(x)

    def to_image(x, i):
        name = "to_image" if i == last else f"to_image_{i}"
        return _convolution(image_shape[2], 1, name, 1.0)(x)

    latents = Input((latent_dim,), name="latents")
    x = PixelNormalization(name="normalize")(latents)
    # A quarter of He's gain, as in NVIDIA's code.
    x = _dense(rows * columns * widths[0], "project", HE / 4)(x)
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    x = normalized(x, "project")
    x = normalized(_convolution(widths[0], 3, "grid_0")(x), "grid_0")
    image = None if growing is None else to_image(x, 0)
    for i, width in enumerate(widths[1:], start=1):
        x = layers.UpSampling2D(2, name=f"up_{i}", **LAST)(x)
        for j in (1, 2):
            at = f"grid_{i}_{j}"
            x = normalized(_convolution(width, 3, at)(x), at)
        if growing is not None:
            image = layers.UpSampling2D(2, name=f"image_{i}_up", **LAST)(image)
            fade = _fade_in(i, growing, f"image_{i}", dtype="float32")
            image = fade(image, to_image(x, i))
    image = to_image(x, last) if image is None else image
    images = layers.Activation("linear", dtype="float32", name="images")(
        crop(image, image_shape)
    )
    return Model(latents, images, name=name)


def progressive_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    group_size: int = 4,
    grouping: str = "strided",
    name: str = "discriminator",
    *,
    growing: float | None = None,
) -> Model:
    """Images `(n, *image_shape)` -> logits `(n, 1)`.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels at the size of the image, then after each halving; by default
            `default_widths`, reversed.
        group_size: int, images in a group of `MinibatchStandardDeviation`.
        grouping: `"strided"`, NVIDIA's, or `"consecutive"`, Facebook's.
        growing: a number or None, as that of `progressive_generator`.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: a growing one can't halve this size to its last grid.

    Example:

    >>> progressive_discriminator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape)[::-1])
    last = len(widths) - 1
    _check_growing(growing, image_shape, last)

    def active(x, name):
        return layers.LeakyReLU(0.2, name=f"{name}_relu")(x)

    images = Input(image_shape, name="images")
    image = images
    x = active(_convolution(widths[0], 1, "from_image")(image), "from_image")
    for i, width in enumerate(widths[1:]):
        for j, units in enumerate((x.shape[-1], width), start=1):
            at = f"down_{i}_{j}"
            x = active(_convolution(units, 3, at)(x), at)
        x = layers.AveragePooling2D(2, padding="same", name=f"down_{i}", **LAST)(x)
        if growing is not None:
            at = f"from_image_{i + 1}"
            image = layers.AveragePooling2D(2, name=f"image_{i + 1}", **LAST)(image)
            smaller = active(_convolution(width, 1, at)(image), at)
            x = _fade_in(last - i, growing, f"down_{i}_fade")(smaller, x)
    x = MinibatchStandardDeviation(group_size, grouping, name="deviation")(x)
    x = active(_convolution(widths[-1], 3, "conv")(x), "conv")
    x = layers.Flatten(name="flatten", **LAST)(x)
    x = active(_dense(widths[-1], "dense", HE)(x), "dense")
    return Model(images, _dense(1, "logits", 1.0, dtype="float32")(x), name=name)


def _fade_in(doubling, images, name, **dtype):
    """After the first grid's images, each doubling's: to fade in, then to train."""
    return FadeIn((2 * doubling - 1) * images, images, name=name, **dtype)


def _check_growing(growing, image_shape, doublings):
    if growing is None:
        return
    times = 2**doublings
    if image_shape[0] % times or image_shape[1] % times:
        raise ValueError(
            "A network that grows doubles its first grid, here "
            f"{doublings} times, so height and width must be multiples of {times}. "
            "Leave `growing` out, or give as many widths as fit: 28x28 takes three "
            f"(7, 14, 28). Received: growing={growing!r}, image_shape={image_shape}"
        )


def _dense(units, name, gain, dtype=None):
    dense = layers.Dense(units, dtype=dtype, name=name)
    return EqualizedLearningRate(dense, gain, dtype=dtype, name=name)


def _convolution(width, size, name, gain=HE):
    conv = layers.Conv2D(width, size, padding="same", name=name, **LAST)
    return EqualizedLearningRate(conv, gain, name=name)
