from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import resnet_discriminator, resnet_generator
from keras_gan_zoo.typing import ImageShape


class SNGAN(Family):
    """A GAN whose discriminator has spectral norm in every layer.

    Residual networks of the paper; with labels, those of `ProjectionGAN`, as in
    PyTorch-StudioGAN. Hinge loss, Adam(2e-4, 0, 0.9), five critic steps. The paper's
    plain networks are `networks.sndcgan_generator` and `sndcgan_discriminator`: pass
    them as `generator` and `discriminator`.

    Reference: Miyato et al. 2018, arXiv:1802.05957, algorithm 1 and table 4.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int, or None for an unconditional GAN.
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

    >>> gan = SNGAN((28, 28, 1), generator_widths=(16, 8), discriminator_widths=(8, 8))
    >>> gan.generate(2, seed=0).shape
    (2, 28, 28, 1)
    """

    paper = Paper(
        "Spectral Normalization for Generative Adversarial Networks",
        "Miyato, Takeru and Kataoka, Toshiki and Koyama, Masanori and Yoshida, Yuichi",
        2018,
        "1802.05957",
    )
    method = {"loss": "hinge", "critic_steps": 5}
    optimizers = adam(2e-4, 0.0, 0.9)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int | None = None,
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
