"""FastGAN's networks, for any image size (Liu et al. 2021). arXiv:2101.04775.

Learnt from few images: skip-layer excitation in both networks, and a discriminator that
judges an image at two sizes.
"""

from collections.abc import Sequence

from keras import Input, Model, initializers, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import (
    GLU,
    BatchNormalization,
    NoiseInjection,
    SkipLayerExcitation,
)
from keras_gan_zoo.networks.blocks import LAST, SPECTRAL, crop, first_grid, normal
from keras_gan_zoo.networks.shapes import check_image_shape, check_widths, stages_from
from keras_gan_zoo.typing import ImageShape, Tensor

#: channels of the generator's grids of 4x4, 8x8, ... 1024x1024
GENERATOR_WIDTHS = (1024, 512, 256, 128, 128, 64, 32, 16, 8)
#: channels of the discriminator's maps of 512x512, 256x256, ... 8x8
DISCRIMINATOR_WIDTHS = (8, 16, 32, 64, 128, 256, 512)
BLOCKS = 5  #: of the discriminator, at most


def default_generator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of each grid, from 4x4 or less to the image.

    (1024, 512, 256, 128, 128, 64, 32) at 256x256; then 16 and 8.
    """
    doublings = stages_from(4, check_image_shape(image_shape))
    return GENERATOR_WIDTHS[: doublings + 1]


def default_discriminator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of the first convolutions, then of each block, down to 8x8.

    (16, 32, 64, 128, 256, 512) at 256x256 and 512x512, with 8 before at 1024x1024.
    """
    halvings = stages_from(8, check_image_shape(image_shape))
    return DISCRIMINATOR_WIDTHS[-max(halvings, min(halvings, BLOCKS) + 1) :]


def spectral(
    x: Tensor,
    width: int,
    size: int | tuple[int, int],
    name: str,
    strides: int = 1,
    padding: str = "same",
) -> Tensor:
    """A spectrally normalized convolution without bias, weights N(0, 0.02)."""
    layer = layers.Conv2D(
        width,
        size,
        strides,
        padding,
        use_bias=False,
        kernel_initializer=normal(),
        name=name,
        **LAST,
    )
    return SPECTRAL.normalized(layer)(x)


def norm(x: Tensor, name: str) -> Tensor:
    gain = initializers.RandomNormal(1.0, 0.02)
    return BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=gain, name=name
    )(x)


def gated(x: Tensor, width: int, name: str, noise: bool = False) -> Tensor:
    """3x3 to twice the width, noise, batch norm, GLU."""
    x = spectral(x, 2 * width, 3, f"{name}_conv")
    if noise:
        x = NoiseInjection(name=f"{name}_noise")(x)
    return GLU(name=f"{name}_glu")(norm(x, f"{name}_norm"))


def up_block(x: Tensor, width: int, name: str, noisy: bool = False) -> Tensor:
    """Nearest-neighbour doubling, then one gated convolution, or two with noise."""
    x = layers.UpSampling2D(2, name=f"{name}_up", **LAST)(x)
    x = gated(x, width, f"{name}_1", noisy)
    return gated(x, width, f"{name}_2", noisy) if noisy else x


def fastgan_generator(
    image_shape: ImageShape,
    latent_dim: int = 256,
    widths: Sequence[int] | None = None,
    tanh: bool | None = None,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)`.

    The published one also makes an image of 128x128 for the discriminator, by one more
    1x1 convolution; here the discriminator shrinks the image that it is given.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of each grid, each twice as large as the one before; by
            default `default_generator_widths`.
        tanh: bool, whether images end in it; by default only above 512x512, as
            published. Others may be beyond [-1, 1].

    Example:

    >>> fastgan_generator((45, 37, 3), widths=(16, 8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths(
        "widths", native(widths) or default_generator_widths(image_shape)
    )
    tanh = max(image_shape[:2]) > 512 if tanh is None else tanh
    grid = first_grid(image_shape, len(widths) - 1)
    latents = Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim), name="reshape")(latents)
    first = layers.Conv2DTranspose(
        2 * widths[0],
        grid,
        use_bias=False,
        kernel_initializer=normal(),
        name="project",
        **LAST,
    )
    x = SPECTRAL.normalized(first)(x)
    x = GLU(name="stage_0_glu")(norm(x, "stage_0_norm"))
    maps = [x]
    for i, width in enumerate(widths[1:], start=1):
        x = up_block(x, width, f"stage_{i}", noisy=i % 2 == 1)
        if 4 <= i < 8:
            x = SkipLayerExcitation(grid, name=f"stage_{i}_skip")(maps[i - 4], x)
        maps.append(x)
    x = crop(spectral(x, image_shape[2], 3, "to_image"), image_shape)
    activation = "tanh" if tanh else "linear"
    images = layers.Activation(activation, dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def normed(x: Tensor, width: int, size: int, name: str, strides: int = 1) -> Tensor:
    """A convolution, batch norm, LeakyReLU 0.2."""
    x = norm(spectral(x, width, size, f"{name}_conv", strides), f"{name}_norm")
    return layers.LeakyReLU(0.2, name=f"{name}_leaky_relu")(x)


def down_block(x: Tensor, width: int, name: str) -> Tensor:
    """The mean of two ways to halve a map: 4x4 with 3x3, and a mean with 1x1."""
    pool = layers.AveragePooling2D(2, padding="same", name=f"{name}_mean", **LAST)
    direct = normed(pool(x), width, 1, f"{name}_direct")
    x = normed(x, width, 4, f"{name}_main_1", 2)
    x = normed(x, width, 3, f"{name}_main_2")
    return layers.Average(name=f"{name}_average")([x, direct])


def patch_logits(x: Tensor, name: str) -> Tensor:
    """A 4x4 convolution without padding, its pixels in a row: `(n, pixels, 1, 1)`."""
    size = min(4, x.shape[1]), min(4, x.shape[2])
    x = spectral(x, 1, size, f"{name}_logits", padding="valid")
    return layers.Reshape((-1, 1, 1), name=f"{name}_row")(x)


def fastgan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` -> logits of patches, and features to decode.

    Returns a dict of `logits` `(n, patches, 1, 1)`, 25 of the image and 25 of a small
    copy of it in the published sizes; what `auxiliaries.Reconstruction` reads: the last
    map `features`, `middle_features`, which are twice as large, and `small_features`;
    and `seen`, the images themselves.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of the first convolutions, which halve images above 256x256,
            then of each block; by default `default_discriminator_widths`.

    Example:

    >>> fastgan_discriminator((256, 256, 3), widths=(2,) * 6).output["logits"].shape
    (None, 50, 1, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths(
        "widths", native(widths) or default_discriminator_widths(image_shape)
    )
    halvings = max(stages_from(8, image_shape) - BLOCKS, 0)
    stems = min(max(halvings, 1), len(widths))
    stem, blocks = widths[:stems], widths[stems:]
    images = x = Input(image_shape, name="images")
    for i, width in enumerate(stem):
        strides = 2 if halvings else 1
        if i == 0:
            x = spectral(x, width, 4 if halvings else 3, "stem_0_conv", strides)
            x = layers.LeakyReLU(0.2, name="stem_0_leaky_relu")(x)
        else:
            x = normed(x, width, 4, f"stem_{i}", strides)
    maps = [x]
    for i, width in enumerate(blocks, start=1):
        x = down_block(x, width, f"block_{i}")
        if i >= 3:
            x = SkipLayerExcitation(name=f"block_{i}_skip")(maps[i - 3], x)
        maps.append(x)
    last = normed(x, 2 * widths[-1], 1, "last")
    # Every second pixel of an image as large as the first map, as nearest-neighbour
    # resizing has it.
    small = layers.AveragePooling2D(1, 2 * 2**halvings, name="shrink", **LAST)(images)
    for i, width in enumerate(blocks[:-1] or blocks):
        if i == 0:
            small = spectral(small, width, 4, "small_0_conv", 2)
            small = layers.LeakyReLU(0.2, name="small_0_leaky_relu")(small)
        else:
            small = normed(small, width, 4, f"small_{i}", 2)
    rows = [patch_logits(last, "large"), patch_logits(small, "small")]
    return Model(
        images,
        {
            "logits": layers.Concatenate(axis=1, dtype="float32", name="logits")(rows),
            "features": maps[-1],
            "middle_features": maps[-2] if blocks else maps[-1],
            "small_features": small,
            "seen": layers.Activation("linear", dtype="float32", name="seen")(images),
        },
        name=name,
    )
