from collections.abc import Sequence

import keras

from keras_gan_zoo.auxiliaries import PullAway
from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.losses import EnergyMargin
from keras_gan_zoo.networks import convolutional_generator, ebgan_discriminator
from keras_gan_zoo.typing import ImageShape


class EBGAN(Family):
    """Energy-based GAN with the pull-away term: the discriminator is an auto-encoder.

    Its `logits` are energies, the norm of the reconstruction error over all pixels and
    channels, not a mean over them: low for real images, above the margin for others
    (eq. 1 to 4). DCGAN's generator with 4x4 kernels and 100 latents, Adam(2e-4,
    beta_1=0.5). The paper's margins are 10 for MNIST, 20 for CelebA and 80 for LSUN:
    `loss=losses.EnergyMargin(20.0)`.

    Reference: Zhao et al. 2017, arXiv:1609.03126.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: channels of the encoder; the decoder's are the same,
            reversed.
        loss: see `GAN`.
        auxiliaries: see `GAN`; `()` leaves the pull-away term out.
        **kwargs: those of `GAN`.

    Example:

    >>> EBGAN(image_shape=(28, 28, 1)).objective
    EnergyMargin(margin=10.0)
    """

    paper = Paper(
        "Energy-based Generative Adversarial Networks",
        "Zhao, Junbo and Mathieu, Michael and LeCun, Yann",
        2017,
        "1609.03126",
    )
    method = {"loss": EnergyMargin(10.0), "auxiliaries": (PullAway(0.1),)}
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 100,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] = (64, 128, 256),
    ) -> tuple[keras.Model, keras.Model]:
        return (
            convolutional_generator(image_shape, latent_dim, generator_widths, 4),
            ebgan_discriminator(image_shape, discriminator_widths),
        )
