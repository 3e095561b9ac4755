"""Generators and discriminators: plain Keras models, which know of no loss.

Images are channels last in [-1, 1]; a discriminator returns logits `(n, 1)`.
"""

from keras_gan_zoo.networks.dcgan import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.dense import dense_discriminator, dense_generator

__all__ = [
    "convolutional_discriminator",
    "convolutional_generator",
    "dense_discriminator",
    "dense_generator",
]
