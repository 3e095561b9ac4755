"""The dense networks of Unrolled GAN (Metz et al. 2017, arXiv:1611.02163)."""

import math
from collections.abc import Sequence

from keras import Input, Model, initializers, layers

from keras_gan_zoo.networks.blocks import LAST
from keras_gan_zoo.networks.shapes import check_image_shape, check_widths
from keras_gan_zoo.typing import ImageShape

GAIN = 1.4  # of the orthogonal weights of every layer, in the authors' code


def unrolled_generator(
    image_shape: ImageShape,
    latent_dim: int = 256,
    widths: Sequence[int] = (128, 128),
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)`, by tanh layers.

    The last layer is linear, as in the authors' code, whose data are points.

    Example:

    >>> unrolled_generator((1, 1, 2)).count_params()
    49666
    """
    image_shape = check_image_shape(image_shape)
    latents = Input((latent_dim,), name="latents")
    x = _tanh_layers(latents, widths)
    x = _dense(math.prod(image_shape), "to_image")(x)
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def unrolled_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] = (128, 128),
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` -> logits `(n, 1)`, by tanh layers.

    Example:

    >>> unrolled_discriminator((1, 1, 2)).count_params()
    17025
    """
    images = Input(check_image_shape(image_shape), name="images")
    x = _tanh_layers(layers.Flatten(name="flatten", **LAST)(images), widths)
    return Model(images, _dense(1, "logits", dtype="float32")(x), name=name)


def _tanh_layers(x, widths):
    for i, width in enumerate(check_widths("widths", widths)):
        x = _dense(width, f"dense_{i}", activation="tanh")(x)
    return x


def _dense(width, name, **options):
    orthogonal = initializers.Orthogonal(GAIN)
    return layers.Dense(width, kernel_initializer=orthogonal, name=name, **options)
