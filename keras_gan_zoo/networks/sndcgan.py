"""The plain networks of SNGAN (Miyato et al. 2018, table 3), for any image size.

arXiv:1802.05957.
"""

from collections.abc import Sequence

from keras import Input, Model, layers

from keras_gan_zoo.networks.blocks import (
    LAST,
    SPECTRAL,
    Style,
    batch_norm,
    crop,
    first_grid,
    normal,
)
from keras_gan_zoo.networks.shapes import check_image_shape, check_widths
from keras_gan_zoo.typing import ImageShape

#: normal weights of N(0, 0.02), spectrally normalized
STYLE = SPECTRAL._replace(initializer=lambda gain: normal())


def sndcgan_generator(
    image_shape: ImageShape,
    latent_dim: int = 128,
    widths: Sequence[int] = (512, 256, 128, 64),
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)` in [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of the first grid, then of each 4x4 transposed convolution,
            which doubles the grid.

    Returns:
        A functional `keras.Model`.

    Example:

    >>> sndcgan_generator((45, 37, 3), widths=(16, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths)
    rows, columns = first_grid(image_shape, len(widths) - 1)
    latents = Input((latent_dim,), name="latents")
    x = layers.Dense(
        rows * columns * widths[0], kernel_initializer=normal(), name="project"
    )(latents)
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    for i, width in enumerate(widths[1:]):
        x = layers.Conv2DTranspose(
            width,
            4,
            strides=2,
            padding="same",
            kernel_initializer=normal(),
            name=f"up_{i}",
            **LAST,
        )(x)
        x = layers.ReLU(name=f"relu_{i}")(batch_norm(x, f"norm_{i}"))
    x = Style(lambda gain: normal()).convolution(x, image_shape[2], 3, "to_image")
    x = crop(x, image_shape)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def sndcgan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] = (64, 128, 256, 512),
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` in [-1, 1] -> logits `(n, 1)`.

    Every layer is spectrally normalized.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each stage: a 3x3 convolution and, in all but the last, a
            4x4 one of stride 2.

    Returns:
        A functional `keras.Model`.

    Example:

    >>> sndcgan_discriminator((45, 37, 3), widths=(8, 16)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths)

    def leaky(x, name):
        return layers.LeakyReLU(0.1, name=name)(x)

    images = x = Input(image_shape, name="images")
    for i, width in enumerate(widths):
        x = leaky(STYLE.convolution(x, width, 3, f"conv_{i}"), f"leaky_relu_{i}")
        if i + 1 < len(widths):
            down = layers.Conv2D(
                width,
                4,
                strides=2,
                padding="same",
                kernel_initializer=normal(),
                name=f"down_{i}",
                **LAST,
            )
            x = leaky(STYLE.normalized(down)(x), f"leaky_relu_{i}_down")
    x = layers.Flatten(name="flatten", **LAST)(x)
    return Model(images, STYLE.dense(x, 1, "logits", dtype="float32"), name=name)
