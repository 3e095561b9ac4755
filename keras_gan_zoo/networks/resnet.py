"""Residual networks of SNGAN and the projection cGAN, for any image size.

At 32x32 they are those of Miyato et al. 2018 (arXiv:1802.05957, table 4) and of Miyato
and Koyama 2018 (arXiv:1802.05637); at 48, 64 and 128 those of their code and mimicry's.
"""

import math
from collections.abc import Sequence

from keras import Input, Model, initializers, layers

from keras_gan_zoo.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    GlobalSumPooling2D,
)
from keras_gan_zoo.networks.blocks import (
    PLAIN,
    SPECTRAL,
    crop,
    first_grid,
    glorot,
    labels_input,
    residual_down,
    residual_up,
)
from keras_gan_zoo.networks.heads import Head, with_head
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    halved,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape


def default_generator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of the first grid, then of each block.

    (256, 256, 256, 256) at 32x32, (512, 256, 128, 64) at 48x48,
    (1024, 512, 256, 128, 64) at 64x64, (1024, 1024, 512, 256, 128, 64) at 128x128;
    above that the last blocks are down to 32 wide.
    """
    blocks = stages_from(7, check_image_shape(image_shape))
    if max(image_shape[:2]) <= 32:
        return (256,) * (blocks + 1)
    if blocks < 5:
        return halved(64 * 2**blocks, blocks + 1)
    return (1024, *halved(1024, blocks))


def default_discriminator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of each block.

    4 times 128 up to 32x32; above that 64 to 1024, with 1024 twice above 64x64.
    """
    size = max(check_image_shape(image_shape)[:2])
    if size <= 32:
        return (128,) * 4
    return (64, 128, 256, 512, 1024) + (1024,) * (size > 64)


def default_downsample(image_shape: ImageShape, blocks: int) -> tuple[bool, ...]:
    """Which blocks halve the image.

    The first two up to 32x32; above that as many as lead to 3x3, at most five.
    """
    size = max(check_image_shape(image_shape)[:2])
    count = 2 if size <= 32 else min(5, math.ceil(math.log2(size / 3)))
    return tuple(i < count for i in range(blocks))


def resnet_generator(
    image_shape: ImageShape,
    latent_dim: int = 128,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` and labels `(n,)` -> images in [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of the first grid, then of each residual block, which doubles
            the grid; by default `default_generator_widths`.
        num_classes: int or None. With classes, batch norm in the blocks has a gain and
            a bias for each, which start from N(1, 0.02) and 0.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `latents` and
        `labels`.

    Example:

    >>> resnet_generator((45, 37, 3), widths=(16, 8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths or default_generator_widths(image_shape))
    rows, columns = first_grid(image_shape, len(widths) - 1)
    labels = None if num_classes is None else labels_input()

    def plain(x, name):
        return BatchNormalization(momentum=0.9, epsilon=1e-5, name=name)(x)

    def conditional(x, name):
        gain = initializers.RandomNormal(1.0, 0.02)
        return ConditionalBatchNormalization(num_classes, gain, name=name)(x, labels)

    latents = Input((latent_dim,), name="latents")
    x = layers.Dense(
        rows * columns * widths[0], kernel_initializer=glorot(), name="project"
    )(latents)
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    for i, width in enumerate(widths[1:]):
        x = residual_up(x, width, plain if labels is None else conditional, f"up_{i}")
    x = layers.ReLU(name="relu")(plain(x, "norm"))
    x = PLAIN.convolution(x, image_shape[2], 3, "to_image")
    x = crop(x, image_shape)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    inputs = latents if labels is None else {"latents": latents, "labels": labels}
    return Model(inputs, images, name=name)


def resnet_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    downsample: Sequence[bool] | None = None,
    num_classes: int | None = None,
    head: Head | None = None,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    Every layer is spectrally normalized. The features are summed over the last grid.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each residual block; by default
            `default_discriminator_widths`.
        downsample: bools, which blocks halve the image; by default
            `default_downsample`.
        num_classes: int or None.
        head: what stands on the features: see `heads`. By default a logit, with classes
            the projection.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Example:

    >>> resnet_discriminator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths or default_discriminator_widths(image_shape))
    downsample = tuple(downsample or default_downsample(image_shape, len(widths)))
    if len(downsample) != len(widths):
        raise ValueError(
            "`downsample` must say for each block whether it halves the image. "
            f"Received: downsample={downsample} for {len(widths)} blocks"
        )
    images = x = Input(image_shape, name="images")
    for i, (width, down) in enumerate(zip(widths, downsample, strict=True)):
        x = residual_down(x, width, down, f"block_{i}", first=i == 0)
    x = layers.ReLU(name="relu")(x)
    features = GlobalSumPooling2D(dtype="float32", name="features")(x)
    return with_head(images, features, head, num_classes, SPECTRAL, name)
