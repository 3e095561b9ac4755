from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import resnet_discriminator, resnet_generator
from keras_gan_zoo.typing import ImageShape


class ProjectionGAN(Family):
    """A conditional GAN whose projection discriminator has spectral norm.

    SNGAN's residual networks, with conditional batch norm in the generator; the
    discriminator adds the inner product of its features and the class's embedding.
    Hinge loss, Adam(2e-4, 0, 0.9), five critic steps.

    Reference: Miyato and Koyama 2018, arXiv:1802.05637, eq. 8 and appendix.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        latent_dim: int.
        generator_widths: channels of the first grid, then of each residual block,
            which doubles the grid; 4 times 256 at 32x32.
        discriminator_widths: channels of each residual block; 4 times 128 at 32x32.
        downsample: bools, which blocks of the discriminator halve the image; the
            first two at 32x32.
        loss: see `GAN`.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = ProjectionGAN((32, 32, 3), num_classes=10)
    >>> gan.discriminator.count_params() > 1_055_105  # and the power iteration's state
    True
    """

    paper = Paper(
        "cGANs with Projection Discriminator",
        "Miyato, Takeru and Koyama, Masanori",
        2018,
        "1802.05637",
    )
    method = {"loss": "hinge", "critic_steps": 5}
    optimizers = adam(2e-4, 0.0, 0.9)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int,
        latent_dim: int = 128,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        downsample: Sequence[bool] | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            resnet_generator(image_shape, latent_dim, generator_widths, num_classes),
            resnet_discriminator(
                image_shape, discriminator_widths, downsample, num_classes
            ),
        )
