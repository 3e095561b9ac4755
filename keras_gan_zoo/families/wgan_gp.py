from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.dcgan import earlier_widths
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.penalties import GradientPenalty
from keras_gan_zoo.typing import ImageShape


class WGANGP(Family):
    """WGAN with a gradient penalty instead of weight clipping.

    No batch norm in the critic: the penalty is on each image's own gradient, which
    batch norm would mix with the others'. Adam(1e-4, 0, 0.9), penalty weight 10,
    five critic steps.

    Reference: Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"layer"` or None, in the critic.
        loss: see `GAN`.
        penalties: see `GAN`.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> WGANGP(image_shape=(28, 28, 1)).penalties[0].weight
    10.0
    """

    paper = Paper(
        "Improved Training of Wasserstein GANs",
        "Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and Dumoulin, "
        "Vincent and Courville, Aaron",
        2017,
        "1704.00028",
    )
    method = {
        "loss": "wasserstein",
        "penalties": (GradientPenalty(10.0),),
        "critic_steps": 5,
    }
    optimizers = adam(1e-4, 0.0, 0.9)
    earlier_sizes = staticmethod(earlier_widths)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 100,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        normalization: str | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            convolutional_generator(image_shape, latent_dim, generator_widths),
            convolutional_discriminator(
                image_shape, discriminator_widths, normalization=normalization
            ),
        )
