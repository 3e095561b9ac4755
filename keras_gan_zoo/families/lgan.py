from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import resnet_discriminator, resnet_generator
from keras_gan_zoo.networks.blocks import PLAIN
from keras_gan_zoo.penalties import MaxGradientPenalty
from keras_gan_zoo.typing import ImageShape


class LGAN(Family):
    """Lipschitz GAN: the largest gradient of the discriminator is penalised.

    A strictly convex loss, here the non-saturating one, and `MaxGradientPenalty`, 10
    times the largest squared norm in a batch. SNGAN's residual networks, but with no
    norm in the discriminator; Adam(2e-4, 0, 0.9), five critic steps as in
    PyTorch-StudioGAN.

    Reference: Zhou et al. 2019, arXiv:1902.05687.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `SNGAN`.
        discriminator_widths: see `SNGAN`.
        downsample: see `SNGAN`.
        penalties: see `GAN`.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = LGAN((28, 28, 1), generator_widths=(16, 8), discriminator_widths=(8, 8))
    >>> gan.penalties[0].weight
    10.0
    """

    paper = Paper(
        "Lipschitz Generative Adversarial Nets",
        "Zhou, Zhiming and Liang, Jiadong and Song, Yuxuan and Yu, Lantao and Wang, "
        "Hongwei and Zhang, Weinan and Yu, Yong and Zhang, Zhihua",
        2019,
        "1902.05687",
    )
    method = {"penalties": (MaxGradientPenalty(10.0),), "critic_steps": 5}
    optimizers = adam(2e-4, 0.0, 0.9)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        latent_dim: int = 128,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        downsample: Sequence[bool] | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            resnet_generator(image_shape, latent_dim, generator_widths),
            resnet_discriminator(
                image_shape, discriminator_widths, downsample, style=PLAIN
            ),
        )
