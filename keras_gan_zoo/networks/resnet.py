"""Residual networks of SNGAN, the projection cGAN and SAGAN, for any image size.

At 32x32 they are those of Miyato et al. 2018 (arXiv:1802.05957, table 4) and of Miyato
and Koyama 2018 (arXiv:1802.05637); at 48, 64 and 128 those of their code and mimicry's.
SAGAN's (arXiv:1805.08318) have spectral norm in both and self-attention.
"""

import math
from collections.abc import Sequence

from keras import Input, Model, initializers, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    GlobalSumPooling2D,
)
from keras_gan_zoo.networks.blocks import (
    PLAIN,
    SPECTRAL,
    Style,
    crop,
    first_grid,
    labels_input,
    residual_down,
    residual_up,
)
from keras_gan_zoo.networks.heads import Head, with_head
from keras_gan_zoo.networks.norms import normalizer
from keras_gan_zoo.networks.shapes import (
    check_downsample,
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


def attention_grid(image_shape: ImageShape) -> int:
    """The size of the grid with self-attention: 32, or half a small image.

    32 at 128x128 as in SAGAN, 16 at 32x32 as in PyTorch-StudioGAN.
    """
    return min(32, math.ceil(max(check_image_shape(image_shape)[:2]) / 2))


def resnet_generator(
    image_shape: ImageShape,
    latent_dim: int = 128,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    style: Style = PLAIN,
    attention: int | None = None,
    interpolation: str = "nearest",
    epsilon: float = 1e-5,
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
        style: `blocks.Style`; `blocks.SPECTRAL` in SAGAN.
        attention: int or None: self-attention after the block whose grid is nearest to
            this size.
        interpolation: `"nearest"`, or `"bilinear"` as in mimicry.
        epsilon: float, of batch norm; 1e-4 in PyTorch-StudioGAN.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `latents` and
        `labels`.

    Example:

    >>> resnet_generator((45, 37, 3), widths=(16, 8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or default_generator_widths(image_shape)
    widths = check_widths("widths", widths)
    rows, columns = first_grid(image_shape, len(widths) - 1)
    grids = [max(rows, columns) * 2**i for i in range(1, len(widths))]
    labels = None if num_classes is None else labels_input()

    def plain(x, name):
        return BatchNormalization(momentum=0.9, epsilon=epsilon, name=name)(x)

    def conditional(x, name):
        gain = initializers.RandomNormal(1.0, 0.02)
        norm = ConditionalBatchNormalization(
            num_classes, gain, epsilon=epsilon, name=name
        )
        return norm(x, labels)

    latents = Input((latent_dim,), name="latents")
    x = style.dense(latents, rows * columns * widths[0], "project")
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    normalize = plain if labels is None else conditional
    for i, width in enumerate(widths[1:]):
        x = residual_up(x, width, normalize, f"up_{i}", style, interpolation)
        if i == nearest(attention, grids):
            x = style.attention(x, "attention")
    x = layers.ReLU(name="relu")(plain(x, "norm"))
    x = style.convolution(x, image_shape[2], 3, "to_image")
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
    style: Style = SPECTRAL,
    attention: int | None = None,
    wide: bool = False,
    activated: bool = False,
    normalization: str | None = None,
    epsilon: float = 1e-5,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    The features are summed over the last grid.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each residual block; by default
            `default_discriminator_widths`.
        downsample: bools, which blocks halve the image; by default
            `default_downsample`.
        num_classes: int or None.
        head: what stands on the features: see `heads`. By default a logit, with classes
            the projection.
        style: `blocks.Style`; spectral normalization in every layer by default.
        attention: int or None: self-attention after the block whose grid is nearest to
            this size.
        wide: see `blocks.residual_down`; True in SAGAN and PyTorch-StudioGAN.
        activated: see `blocks.residual_down`; True in mimicry and PyTorch-StudioGAN.
        normalization: `"batch"`, `"layer"` or None, in the blocks; `"batch"` where
            PyTorch-StudioGAN has no spectral norm.
        epsilon: float, of the normalization.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Example:

    >>> resnet_discriminator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or default_discriminator_widths(image_shape)
    widths = check_widths("widths", widths)
    downsample = check_downsample(
        downsample or default_downsample(image_shape, len(widths)), len(widths)
    )
    halvings = [sum(downsample[: i + 1]) for i in range(len(widths))]
    grids = [math.ceil(max(image_shape[:2]) / 2**count) for count in halvings]
    normalize = normalizer(normalization, style.constraint, epsilon)
    images = x = Input(image_shape, name="images")
    for i, (width, down) in enumerate(zip(widths, downsample, strict=True)):
        block = f"block_{i}"
        x = residual_down(
            x, width, down, block, i == 0, style, wide, activated, normalize
        )
        if i == nearest(attention, grids):
            x = style.attention(x, "attention")
    x = layers.ReLU(name="relu")(x)
    features = GlobalSumPooling2D(dtype="float32", name="features")(x)
    return with_head(images, features, head, num_classes, style, name)


def nearest(size: int | None, grids: Sequence[int]) -> int | None:
    """The number of the first grid of those that are nearest to a size."""
    if size is None or not grids:
        return None
    distances = [abs(math.log2(grid / size)) for grid in grids]
    return distances.index(min(distances))
