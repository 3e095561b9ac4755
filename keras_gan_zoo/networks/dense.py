"""Fully connected networks, as in the first GAN (Goodfellow et al. 2014)."""

import math
from collections.abc import Sequence

from keras import Input, Model, layers

from keras_gan_zoo.networks.blocks import LAST
from keras_gan_zoo.networks.shapes import check_image_shape, check_widths
from keras_gan_zoo.typing import ImageShape


def dense_generator(
    image_shape: ImageShape,
    latent_dim: int = 100,
    widths: Sequence[int] = (256, 512, 256, 128),
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)` in [-1, 1].

    Each hidden layer is Dense, batch norm, LeakyReLU 0.2; the last one tanh.

    Example:

    >>> dense_generator((28, 28, 1)).output_shape
    (None, 28, 28, 1)
    """
    image_shape = check_image_shape(image_shape)
    latents = x = Input((latent_dim,), name="latents")
    for i, width in enumerate(check_widths("widths", widths)):
        x = layers.Dense(width, use_bias=False, name=f"dense_{i}")(x)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"norm_{i}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_relu_{i}")(x)
    x = layers.Dense(math.prod(image_shape), name="to_image")(x)
    x = layers.Activation("tanh", dtype="float32", name="tanh")(x)
    images = layers.Reshape(image_shape, dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def dense_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] = (128, 256),
    dropout: float = 0.3,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` in [-1, 1] -> logits `(n, 1)`.

    Each hidden layer is Dense, LeakyReLU 0.2, dropout.

    Example:

    >>> dense_discriminator((28, 28, 1)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    images = Input(image_shape, name="images")
    x = layers.Flatten(name="flatten", **LAST)(images)
    for i, width in enumerate(check_widths("widths", widths)):
        x = layers.Dense(width, name=f"dense_{i}")(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_relu_{i}")(x)
        if dropout:
            # Without a seed, torch would draw from a state that no file saves.
            x = layers.Dropout(dropout, seed=i, name=f"dropout_{i}")(x)
    logits = layers.Dense(1, dtype="float32", name="logits")(x)
    return Model(images, logits, name=name)
