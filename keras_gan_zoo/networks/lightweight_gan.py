"""Lightweight GAN's networks, for any image size (huggan's, after lucidrains').

A lighter FastGAN (Liu et al. 2021, arXiv:2101.04775): gains from a global context,
linear attention, no spectral norm, and a discriminator without any norm that also
judges a copy of 32 pixels. Inside of the networks images are in [0, 1].
"""

from collections.abc import Sequence

from keras import Input, Model, initializers, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import GLU, GlobalContext, LinearAttention
from keras_gan_zoo.networks.blocks import LAST, batch_norm, crop, first_grid
from keras_gan_zoo.networks.shapes import (
    check_grids,
    check_image_shape,
    check_widths,
    inverse,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape, Tensor

BLOCKS = 5  #: of the discriminator, at most
NARROW = 3  #: channels of the generator's grids of 512x512 and more
SMALL = 32  #: pixels of the copy that the discriminator judges too


def default_generator_widths(
    image_shape: ImageShape, latent_dim: int = 256
) -> tuple[int, ...]:
    """The channels of each grid, from 4x4 or less to the image.

    (256, 512, 512, 256, 128, 64, 32) at 256x256; then 3.
    """
    doublings = stages_from(4, check_image_shape(image_shape))
    widths = inverse(4096, doublings)[:doublings]  # of 4, 8, 16, ... 128 pixels
    return latent_dim, *(NARROW if i > 5 else width for i, width in enumerate(widths))


def default_discriminator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of each map that is half as large as the one before, down to 8x8.

    (32, 64, 128, 256, 512) at 256x256, with 16 before at 512x512.
    """
    image_shape = check_image_shape(image_shape)
    halvings = stages_from(8, image_shape)
    widths = (16, 32, 64, 128, 256, 512)[-halvings:]
    return (*[image_shape[2]] * (halvings - len(widths)), *widths)


def convolution(
    x: Tensor,
    width: int,
    size: int | tuple[int, int],
    name: str,
    strides: int = 1,
    padding: str = "same",
) -> Tensor:
    """A convolution with a bias, weights from He's normal initializer."""
    he = initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")
    return layers.Conv2D(
        width, size, strides, padding, kernel_initializer=he, name=name, **LAST
    )(x)


def lightweight_gan_generator(
    image_shape: ImageShape,
    latent_dim: int = 256,
    widths: Sequence[int] | None = None,
    attention: int | Sequence[int] = (32,),
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)`.

    Images have no activation, so that some numbers may be beyond [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of each grid, each twice as large as the one before; by
            default `default_generator_widths`.
        attention: sizes of grids before whose doubling there is attention, where the
            first grid counts as 4.

    Example:

    >>> lightweight_gan_generator((45, 37, 3), widths=(16, 8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths(
        "widths", native(widths) or default_generator_widths(image_shape, latent_dim)
    )
    attention = check_grids("attention", attention)
    grid = first_grid(image_shape, len(widths) - 1)
    latents = Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim), name="reshape")(latents)
    x = layers.Conv2DTranspose(2 * widths[0], grid, name="project", **LAST)(x)
    x = GLU(name="stage_0_glu")(batch_norm(x, "stage_0_norm"))
    x = layers.UnitNormalization(axis=-1, name="unit_norm")(x)
    maps = []
    for i, width in enumerate(widths[1:], start=1):
        if 2 << i in attention:
            x = LinearAttention(name=f"stage_{i}_attention")(x)
        x = layers.UpSampling2D(2, name=f"stage_{i}_up", **LAST)(x)
        x = convolution(x, 2 * width, 3, f"stage_{i}_conv")
        x = GLU(name=f"stage_{i}_glu")(batch_norm(x, f"stage_{i}_norm"))
        maps.append(x)
        if 5 <= i < 9:  # 128x128 from 16x16, 256x256 from 32x32, ...
            x = GlobalContext(name=f"stage_{i}_context")(maps[i - 4], x)
    x = crop(convolution(x, image_shape[2], 3, "to_image"), image_shape)
    images = layers.Rescaling(2.0, -1.0, dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def leaky(x: Tensor, name: str) -> Tensor:
    return layers.LeakyReLU(0.1, name=f"{name}_leaky_relu")(x)


def down_block(x: Tensor, width: int, name: str) -> Tensor:
    """The sum of two ways to halve a map: 4x4 with 3x3, and a mean with 1x1."""
    pool = layers.AveragePooling2D(2, padding="same", name=f"{name}_mean", **LAST)
    direct = f"{name}_direct"
    shortcut = leaky(convolution(pool(x), width, 1, f"{direct}_conv"), direct)
    for i, (size, strides) in enumerate(((4, 2), (3, 1)), start=1):
        part = f"{name}_main_{i}"
        x = leaky(convolution(x, width, size, f"{part}_conv", strides), part)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def small_logit(images: Tensor) -> Tensor:
    """One logit `(n, 1, 1, 1)` of a small copy of the images: every k-th pixel."""
    k = max(max(images.shape[1:3]) // SMALL, 1)
    x = layers.AveragePooling2D(1, k, name="shrink", **LAST)(images)
    x = convolution(x, 64, 3, "small_conv")
    x = LinearAttention(name="small_attention_1")(x)
    x = down_block(x, 32, "small")
    x = LinearAttention(name="small_attention_2")(x)
    pool = tuple(max(size // 4, 1) for size in x.shape[1:3])
    x = layers.AveragePooling2D(pool, name="small_cells", **LAST)(x)
    return convolution(x, 1, x.shape[1:3], "small_logit", padding="valid")


def lightweight_gan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    attention: int | Sequence[int] = (32,),
    patches: bool = False,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` in [-1, 1] -> logits, and features to decode.

    Returns a dict of `logits` `(n, 2, 1, 1)`, of the image and of its small copy; what
    `auxiliaries.PlainReconstruction` reads: the last map `features` and
    `middle_features`, which are twice as large; and `seen`, the images in [0, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each map that is half as large as the one before; all but
            the last five by a convolution alone. By default
            `default_discriminator_widths`.
        attention: sizes of maps before whose halving there is attention, where the last
            map counts as 8.
        patches: bool: the image has a logit for each of 5x5 patches. The copy's own is
            repeated as often, so that both weigh the same.

    Example:

    >>> network = lightweight_gan_discriminator((64, 64, 3), (2,) * 3, patches=True)
    >>> network.output["logits"].shape
    (None, 50, 1, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths(
        "widths", native(widths) or default_discriminator_widths(image_shape)
    )
    attention = check_grids("attention", attention)
    images = Input(image_shape, name="images")
    seen = layers.Rescaling(0.5, 0.5, dtype="float32", name="seen")(images)
    stems = max(len(widths) - BLOCKS, 0)
    x, maps = seen, []
    for i, width in enumerate(widths[:stems]):
        x = leaky(convolution(x, width, 4, f"stem_{i}_conv", 2), f"stem_{i}")
    for i, width in enumerate(widths[stems:], start=1):
        if 8 << (len(widths) - stems - i + 1) in attention:
            x = LinearAttention(name=f"block_{i}_attention")(x)
        x = down_block(x, width, f"block_{i}")
        maps.append(x)
    if patches:
        x = convolution(x, widths[-1], 1, "last_conv")
    else:
        x = layers.ZeroPadding2D(1, name="last_pad", **LAST)(x)
        x = convolution(x, widths[-1], 3, "last_conv", 2, "valid")
    size = min(4, x.shape[1]), min(4, x.shape[2])
    x = convolution(leaky(x, "last"), 1, size, "large_logits", padding="valid")
    large = layers.Reshape((-1, 1, 1), name="large_row")(x)
    small = layers.UpSampling2D((large.shape[1], 1), name="small_row", **LAST)(
        small_logit(seen)
    )
    join = layers.Concatenate(axis=1, dtype="float32", name="logits")
    return Model(
        images,
        {
            "logits": join([large, small]),
            "features": maps[-1],
            "middle_features": maps[-2] if len(maps) > 1 else maps[-1],
            "seen": seen,
        },
        name=name,
    )
