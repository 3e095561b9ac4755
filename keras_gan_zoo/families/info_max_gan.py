from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import info_max_gan_discriminator, resnet_generator
from keras_gan_zoo.objectives.self_supervision import InfoMax
from keras_gan_zoo.typing import ImageShape


class InfoMaxGAN(Family):
    """InfoMax-GAN: local features of an image are to tell its global ones.

    SNGAN's residual networks and method; the discriminator projects local and global
    features to vectors of 1024, and `InfoMax` adds 0.2 InfoNCE to both losses.

    Reference: Lee et al. 2021, arXiv:2007.04589, section 3.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `SNGAN`.
        discriminator_widths: see `SNGAN`.
        code_width: int, the size of the projected features.
        downsample: see `SNGAN`.
        loss: see `GAN`.
        auxiliaries: see `GAN`.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = InfoMaxGAN(
    ...     (28, 28, 1), generator_widths=(16, 8), discriminator_widths=(8, 8)
    ... )
    >>> gan.discriminator.output["global"].shape
    (None, 1024)
    """

    paper = Paper(
        "InfoMax-GAN: Improved Adversarial Image Generation via Information "
        "Maximization and Contrastive Learning",
        "Lee, Kwot Sin and Tran, Ngoc-Trung and Cheung, Ngai-Man",
        2021,
        "2007.04589",
    )
    method = {"loss": "hinge", "auxiliaries": (InfoMax(0.2),), "critic_steps": 5}
    optimizers = adam(2e-4, 0.0, 0.9)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        latent_dim: int = 128,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        code_width: int = 1024,
        downsample: Sequence[bool] | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            resnet_generator(image_shape, latent_dim, generator_widths),
            info_max_gan_discriminator(
                image_shape, discriminator_widths, code_width, downsample
            ),
        )
