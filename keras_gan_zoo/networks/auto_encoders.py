"""Discriminators that are auto-encoders, whose error is an image's energy.

EBGAN's (Zhao et al. 2017, arXiv:1609.03126) and both networks of BEGAN (Berthelot et
al. 2017, arXiv:1703.10717). `logits` are energies: low for real images.
"""

from collections.abc import Sequence

from keras import Input, Model, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import ReconstructionError
from keras_gan_zoo.networks.blocks import LAST, batch_norm, crop, first_grid, normal
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape, Tensor

EBGAN_STDDEV = 0.002  # of the discriminator's weights


def ebgan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] = (64, 128, 256),
    kernel_size: int = 4,
    name: str = "discriminator",
) -> Model:
    """Images in [-1, 1] -> `logits`, energies `(n, 1)`, and `encodings` `(n, size)`.

    Convolutions of stride 2, as many transposed ones, batch norm in all but the first
    and the last, LeakyReLU 0.2. An energy is the norm of the reconstruction error over
    all pixels and channels: its unit is not that of an error per pixel.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of the encoder's stages; the decoder has them reversed.
        kernel_size: int.

    Example:

    >>> made = ebgan_discriminator((28, 28, 1), widths=(8, 16)).output
    >>> made["logits"].shape, made["encodings"].shape
    ((None, 1), (None, 784))
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", widths)

    def layer(kind, width, name):
        return kind(
            width,
            kernel_size,
            strides=2,
            padding="same",
            kernel_initializer=normal(EBGAN_STDDEV),
            name=name,
            **LAST,
        )

    images = x = Input(image_shape, name="images")
    for i, width in enumerate(widths):
        x = layer(layers.Conv2D, width, f"down_{i}")(x)
        x = batch_norm(x, f"down_{i}_norm") if i else x
        x = layers.LeakyReLU(0.2, name=f"down_{i}_leaky_relu")(x)
    encodings = layers.Flatten(dtype="float32", name="encodings", **LAST)(x)
    for i, width in enumerate(widths[-2::-1]):
        x = layer(layers.Conv2DTranspose, width, f"up_{i}")(x)
        x = layers.LeakyReLU(0.2, name=f"up_{i}_leaky_relu")(
            batch_norm(x, f"up_{i}_norm")
        )
    x = layer(layers.Conv2DTranspose, image_shape[2], "to_image")(x)
    x = crop(x, image_shape)
    logits = ReconstructionError("norm", name="logits")([images, x])
    return Model(images, {"logits": logits, "encodings": encodings}, name=name)


def began_stages(image_shape: ImageShape) -> int:
    """Grids from the first, of at most 8 rows or columns, to the image's.

    Example:

    >>> began_stages((64, 64, 3)), began_stages((28, 28, 1))
    (4, 3)
    """
    return stages_from(8, check_image_shape(image_shape), least=0) + 1


def began_generator(
    image_shape: ImageShape,
    latent_dim: int = 64,
    widths: Sequence[int] | None = None,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)`, without a last tanh.

    Two 3x3 convolutions with ELU on each grid, doubled by nearest neighbours.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of each grid; by default 128 of each, from 8 rows or less.

    Example:

    >>> began_generator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or (128,) * began_stages(image_shape)
    widths = check_widths("widths", widths)
    latents = Input((latent_dim,), name="latents")
    x = _began_decoder(latents, widths, image_shape)
    images = layers.Activation("linear", dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def began_discriminator(
    image_shape: ImageShape,
    encoding_dim: int = 64,
    widths: Sequence[int] | None = None,
    name: str = "discriminator",
) -> Model:
    """Images in [-1, 1] -> `logits`, energies `(n, 1)`, and `encodings`.

    On each grid two 3x3 convolutions with ELU, then one of stride 2; the decoder is
    built like the generator, as wide as the first grid of the encoder throughout. An
    energy is the mean absolute error of a pixel.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        encoding_dim: int, the size of an encoding.
        widths: channels of each of the encoder's grids; by default 128, 256, 384, ...

    Example:

    >>> made = began_discriminator((28, 28, 1), widths=(8, 16)).output
    >>> made["logits"].shape, made["encodings"].shape
    ((None, 1), (None, 64))
    """
    image_shape = check_image_shape(image_shape)
    stages = began_stages(image_shape)
    growing = tuple(128 * (stage + 1) for stage in range(stages))
    widths = check_widths("widths", native(widths) or growing)
    images = Input(image_shape, name="images")
    x = _elu(images, widths[0], "from_image")
    for i, width in enumerate(widths):
        x = _elu(x, width, f"down_{i}_conv_1")
        x = _elu(x, width, f"down_{i}_conv_2")
        if i + 1 < len(widths):
            x = _convolution(width, f"down_{i}", strides=2)(x)
    x = layers.Flatten(name="flatten", **LAST)(x)
    encodings = x = layers.Dense(encoding_dim, name="encodings")(x)
    x = _began_decoder(x, widths[:1] * len(widths), image_shape)
    logits = ReconstructionError("mean_absolute", name="logits")([images, x])
    return Model(images, {"logits": logits, "encodings": encodings}, name=name)


def _began_decoder(x: Tensor, widths: Sequence[int], image_shape: ImageShape) -> Tensor:
    rows, columns = first_grid(image_shape, len(widths) - 1)
    x = layers.Dense(rows * columns * widths[0], name="project")(x)
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    for i, width in enumerate(widths):
        if i:
            x = layers.UpSampling2D(2, name=f"up_{i}", **LAST)(x)
        x = _elu(x, width, f"up_{i}_conv_1")
        x = _elu(x, width, f"up_{i}_conv_2")
    return crop(_convolution(image_shape[2], "to_image")(x), image_shape)


def _elu(x, width, name):
    return layers.ELU(name=f"{name}_elu")(_convolution(width, name)(x))


def _convolution(width, name, strides=1):
    return layers.Conv2D(width, 3, strides=strides, padding="same", name=name, **LAST)
