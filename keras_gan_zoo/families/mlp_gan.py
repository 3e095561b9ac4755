from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, adam
from keras_gan_zoo.networks import dense_discriminator, dense_generator
from keras_gan_zoo.typing import ImageShape


class MLPGAN(Family):
    """The first GAN: fully connected networks and the minimax game.

    Generator 100-256-512-256-128-pixels with tanh, discriminator pixels-128-256-1.
    With plain ReLU networks and Adam(1e-4) this game collapses to one digit within 40
    epochs of MNIST. So, as is usual today, the generator has batch norm, the
    discriminator dropout, both have LeakyReLU, and Adam has a beta_1 of 0.5.

    Reference: Goodfellow et al. 2014, arXiv:1406.2661.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: hidden layers of the generator.
        discriminator_widths: hidden layers of the discriminator.
        dropout: float, in the discriminator.
        loss: `"minimax"`, or the paper's remedy `"non_saturating"`.
        **kwargs: those of `GAN`.

    Example:

    >>> MLPGAN(image_shape=(28, 28, 1)).generate(2, seed=0).shape
    (2, 28, 28, 1)
    """

    method = {"loss": "minimax"}
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 100,
        generator_widths: Sequence[int] = (256, 512, 256, 128),
        discriminator_widths: Sequence[int] = (128, 256),
        dropout: float = 0.3,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            dense_generator(image_shape, latent_dim, generator_widths),
            dense_discriminator(image_shape, discriminator_widths, dropout),
        )
