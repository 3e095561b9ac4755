from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.objectives import penalties
from keras_gan_zoo.typing import ImageShape


# `keras_gan_zoo>DRAGAN` is the penalty in models that are older than this family.
class DRAGAN(Family, registered_name="DRAGANFamily"):
    """The logistic loss with unit gradients around the real images.

    DCGAN's networks, without batch norm in the discriminator: the penalty is on each
    image's own gradient. Penalty weight 10, Adam(1e-4, 0.5, 0.9).

    Reference: Kodali et al. 2017, arXiv:1705.07215, algorithm 1, and the authors' code.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"layer"` or None, in the discriminator.
        penalties: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> DRAGAN(image_shape=(28, 28, 1)).penalties
    [DRAGAN(weight=10.0, every=1)]
    """

    paper = Paper(
        "On Convergence and Stability of GANs",
        "Kodali, Naveen and Abernethy, Jacob and Hays, James and Kira, Zsolt",
        2017,
        "1705.07215",
    )
    method = {"penalties": (penalties.DRAGAN(10.0),)}
    optimizers = adam(1e-4, 0.5, 0.9)

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
