from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import resnet_discriminator, resnet_generator
from keras_gan_zoo.typing import ImageShape


class LOGAN(Family):
    """Latent optimisation: latents first take a step towards higher logits.

    `update="latent_optimization"` with uniform latents, on SNGAN's residual networks
    with the hinge loss, Adam(2e-4, 0.5) and five critic steps: PyTorch-StudioGAN's
    setting for CIFAR-10. The paper itself has BigGAN-deep's networks.

    Reference: Wu et al. 2019, arXiv:1912.00953, section 3 and eq. 12.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `SNGAN`.
        discriminator_widths: see `SNGAN`.
        downsample: see `SNGAN`.
        loss: see `GAN`.
        critic_steps: see `GAN`.
        update: see `GAN`.
        latent_distribution: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = LOGAN((28, 28, 1), generator_widths=(16, 8), discriminator_widths=(8, 8))
    >>> gan.update
    'latent_optimization'
    """

    paper = Paper(
        "LOGAN: Latent Optimisation for Generative Adversarial Networks",
        "Wu, Yan and Donahue, Jeff and Balduzzi, David and Simonyan, Karen and "
        "Lillicrap, Timothy",
        2019,
        "1912.00953",
    )
    method = {
        "loss": "hinge",
        "critic_steps": 5,
        "update": "latent_optimization",
        "latent_distribution": "uniform",
    }
    optimizers = adam(2e-4, 0.5)

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
            resnet_discriminator(image_shape, discriminator_widths, downsample),
        )
