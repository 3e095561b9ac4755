from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, rmsprop
from keras_gan_zoo.layers import WeightClipping
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.dcgan import earlier_widths
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.typing import ImageShape


class WGAN(Family):
    """Wasserstein GAN: a critic with clipped weights, five steps per generator step.

    DCGAN's networks; every weight of the critic, including biases and norm scales, is
    clipped to [-clip, clip] after each update. RMSprop(5e-5).

    Reference: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"batch"`, `"layer"` or None, in the critic.
        clip: float above 0.
        loss: see `GAN`.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> WGAN(image_shape=(28, 28, 1)).critic_steps
    5
    """

    paper = Paper(
        "Wasserstein GAN",
        "Arjovsky, Martin and Chintala, Soumith and Bottou, L{\\'e}on",
        2017,
        "1701.07875",
    )
    method = {"loss": "wasserstein", "critic_steps": 5}
    optimizers = rmsprop(5e-5)
    earlier_sizes = staticmethod(earlier_widths)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 100,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        normalization: str | None = "batch",
        clip: float = 0.01,
    ) -> tuple[keras.Model, keras.Model]:
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            convolutional_generator(image_shape, latent_dim, generator_widths),
            convolutional_discriminator(
                image_shape,
                discriminator_widths,
                normalization=normalization,
                constraint=WeightClipping(clip),
            ),
        )
