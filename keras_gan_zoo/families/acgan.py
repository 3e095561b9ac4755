from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import acgan_discriminator, acgan_generator
from keras_gan_zoo.objectives.auxiliaries import Classification
from keras_gan_zoo.typing import ImageShape


class ACGAN(Family):
    """Auxiliary classifier GAN: the discriminator also names the class.

    The generator is given a class; the cross entropy of the discriminator's prediction,
    for real and generated images, is added to both players' losses. The paper's
    CIFAR-10 networks with dropout 0.5, Adam(2e-4, 0.5).

    Reference: Odena et al. 2017, arXiv:1610.09585, section 3 and appendix A.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        latent_dim: int.
        generator_widths: channels of each grid before the image; (384, 192, 96) up to
            56x56.
        discriminator_widths: channels of each stage; the strides are 2, 1, 2, 1 and
            so on. 16, 32, ... 512 up to 128x128.
        dropout: float, in the discriminator.
        auxiliaries: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> ACGAN((32, 32, 3), num_classes=10).generate(2, labels=[3, 5], seed=0).shape
    (2, 32, 32, 3)
    """

    paper = Paper(
        "Conditional Image Synthesis with Auxiliary Classifier GANs",
        "Odena, Augustus and Olah, Christopher and Shlens, Jonathon",
        2017,
        "1610.09585",
    )
    method = {"auxiliaries": (Classification(1.0),)}
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int,
        latent_dim: int = 100,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        dropout: float = 0.5,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            acgan_generator(image_shape, num_classes, latent_dim, generator_widths),
            acgan_discriminator(
                image_shape, num_classes, discriminator_widths, dropout
            ),
        )
