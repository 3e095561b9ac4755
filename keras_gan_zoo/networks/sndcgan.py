"""The plain networks of SNGAN (Miyato et al. 2018, table 3), for any image size.

arXiv:1802.05957. PyTorch-StudioGAN's DCGAN, LSGAN, GeometricGAN and InfoGAN have them
with batch norm in place of spectral norm.
"""

from collections.abc import Sequence

from keras import Input, Model, layers, ops

from keras_gan_zoo.layers import GlobalSumPooling2D
from keras_gan_zoo.networks.blocks import (
    LAST,
    SPECTRAL,
    Style,
    crop,
    first_grid,
    normal,
)
from keras_gan_zoo.networks.heads import Head, with_head
from keras_gan_zoo.networks.norms import modulated, normalizer
from keras_gan_zoo.networks.shapes import check_image_shape, check_widths
from keras_gan_zoo.typing import ImageShape

#: normal weights of N(0, 0.02); spectrally normalized in the discriminator
PLAIN = Style(lambda gain: normal())
STYLE = SPECTRAL._replace(initializer=PLAIN.initializer)


def sndcgan_generator(
    image_shape: ImageShape,
    latent_dim: int = 128,
    widths: Sequence[int] = (512, 256, 128, 64),
    num_codes: int = 0,
    style: Style = PLAIN,
    epsilon: float = 1e-5,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim + num_codes)` -> images in [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of the first grid, then of each 4x4 transposed convolution,
            which doubles the grid.
        num_codes: int, how many of the latents, at their end, are codes (InfoGAN). They
            make the gains and biases of batch norm, through a linear map of size
            `latent_dim`.
        style: `blocks.Style`.
        epsilon: float, of batch norm; 1e-4 in PyTorch-StudioGAN.

    Returns:
        A functional `keras.Model`.

    Example:

    >>> sndcgan_generator((45, 37, 3), widths=(16, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths)
    rows, columns = first_grid(image_shape, len(widths) - 1)
    latents = x = Input((latent_dim + num_codes,), name="latents")
    normalize = normalizer("batch", epsilon=epsilon)
    if num_codes:
        x, codes = ops.split(latents, [latent_dim], axis=-1)
        normalize = modulated(style.dense(codes, latent_dim, "codes"), epsilon, style)
    x = style.dense(x, rows * columns * widths[0], "project")
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    for i, width in enumerate(widths[1:]):
        up = layers.Conv2DTranspose(
            width,
            4,
            strides=2,
            padding="same",
            kernel_initializer=style.initializer(1.0),
            name=f"up_{i}",
            **LAST,
        )
        x = normalize(style.normalized(up)(x), f"norm_{i}")
        x = layers.ReLU(name=f"relu_{i}")(x)
    x = style.convolution(x, image_shape[2], 3, "to_image")
    x = crop(x, image_shape)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def sndcgan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] = (64, 128, 256, 512),
    num_classes: int | None = None,
    head: Head | None = None,
    style: Style = STYLE,
    normalization: str | None = None,
    epsilon: float = 1e-5,
    slope: float = 0.1,
    summed: bool = False,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` in [-1, 1] -> logits `(n, 1)`.

    By default every layer is spectrally normalized.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each stage: a 3x3 convolution and, in all but the last, a
            4x4 one of stride 2.
        num_classes: int or None.
        head: what stands on the features: see `heads`. By default a logit, with classes
            the projection.
        style: `blocks.Style`.
        normalization: `"batch"`, `"layer"` or None, before each LeakyReLU.
        epsilon: float, of the normalization.
        slope: float, of LeakyReLU; 0 in PyTorch-StudioGAN.
        summed: bool: the features are summed over the last grid, as in
            PyTorch-StudioGAN, or else its places side by side.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Example:

    >>> sndcgan_discriminator((45, 37, 3), widths=(8, 16)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths)

    normalize = normalizer(normalization, style.constraint, epsilon)

    def activate(x, end):
        x = normalize(x, f"norm_{end}")
        return layers.LeakyReLU(slope, name=f"leaky_relu_{end}")(x)

    images = x = Input(image_shape, name="images")
    for i, width in enumerate(widths):
        x = activate(style.convolution(x, width, 3, f"conv_{i}"), i)
        if i + 1 < len(widths):
            down = layers.Conv2D(
                width,
                4,
                strides=2,
                padding="same",
                kernel_initializer=style.initializer(1.0),
                kernel_constraint=style.constraint,
                bias_constraint=style.constraint,
                name=f"down_{i}",
                **LAST,
            )
            x = activate(style.normalized(down)(x), f"{i}_down")
    if summed:
        x = GlobalSumPooling2D(dtype="float32", name="features")(x)
    else:
        x = layers.Flatten(name="flatten", **LAST)(x)
    head = head or (None if num_classes else _logits)
    return with_head(images, x, head, num_classes, style, name)


def _logits(features, labels, style):
    return style.dense(features, 1, "logits", dtype="float32")
