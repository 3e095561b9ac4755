from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import resnet_discriminator, resnet_generator
from keras_gan_zoo.networks.blocks import SPECTRAL
from keras_gan_zoo.networks.resnet import attention_grid
from keras_gan_zoo.typing import ImageShape


class SAGAN(Family):
    """Self-attention GAN: places of an image look at each other in both networks.

    SNGAN's residual networks with one self-attention layer and with spectral norm in
    the generator too; with labels, those of `ProjectionGAN`. Hinge loss and two time
    scales: Adam(1e-4, 0, 0.9) for the generator, 4e-4 for the discriminator, one
    critic step. The paper trains with the labels of ImageNet.

    Reference: Zhang et al. 2019, arXiv:1805.08318, sections 3 and 4.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int, or None for an unconditional GAN.
        latent_dim: int.
        generator_widths: see `SNGAN`.
        discriminator_widths: see `SNGAN`.
        downsample: see `SNGAN`.
        attention: int, the size of the grid that has self-attention; the nearest one
            that a block makes. 32 at 128x128, 16 at 32x32.
        loss: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = SAGAN((28, 28, 1), generator_widths=(16, 8), discriminator_widths=(8, 8))
    >>> gan.generator.get_layer("attention").output.shape
    (None, 28, 28, 8)
    """

    paper = Paper(
        "Self-Attention Generative Adversarial Networks",
        "Zhang, Han and Goodfellow, Ian and Metaxas, Dimitris and Odena, Augustus",
        2019,
        "1805.08318",
    )
    method = {"loss": "hinge"}
    optimizers = adam(1e-4, 0.0, 0.9), adam(4e-4, 0.0, 0.9)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int | None = None,
        latent_dim: int = 128,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        downsample: Sequence[bool] | None = None,
        attention: int | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        attention = attention or attention_grid(image_shape)
        return (
            resnet_generator(
                image_shape,
                latent_dim,
                generator_widths,
                num_classes,
                SPECTRAL,
                attention,
            ),
            resnet_discriminator(
                image_shape,
                discriminator_widths,
                downsample,
                num_classes,
                attention=attention,
                wide=True,
            ),
        )
