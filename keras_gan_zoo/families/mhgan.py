from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.objectives.consistency import FeatureMatching
from keras_gan_zoo.objectives.multi_hinge import MultiHinge
from keras_gan_zoo.typing import ImageShape


class MHGAN(Family):
    """MHGAN: real or generated is one more class, under a multi-class hinge loss.

    The discriminator's K + 1 logits are of the classes and of generated images. The
    generator's part has weight 0.05, beside feature matching. BigGAN's networks at the
    sizes of PyTorch-StudioGAN for CIFAR-10, Adam(2e-4, 0.5), five critic steps.

    Reference: Kavalerov et al. 2021, arXiv:1912.04216.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        chunk_dim: int, latents for the first grid, and for each of the generator's
            blocks.
        generator_widths: channels of the first grid, then of each residual block; 4
            times 384 at 32x32.
        discriminator_widths: channels of each residual block; 4 times 192 at 32x32.
        loss: see `GAN`.
        auxiliaries: see `GAN`.
        critic_steps: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> narrow = {"generator_widths": (16, 8), "discriminator_widths": (8, 8)}
    >>> gan = MHGAN((8, 8, 1), num_classes=3, **narrow)
    >>> sorted(gan.discriminator.output)
    ['classes', 'features', 'logits']
    """

    paper = Paper(
        "A Multi-Class Hinge Loss for Conditional GANs",
        "Kavalerov, Ilya and Czaja, Wojciech and Chellappa, Rama",
        2021,
        "1912.04216",
    )
    method = {
        "loss": MultiHinge(generator_weight=0.05),
        "auxiliaries": (FeatureMatching(1.0),),
        "critic_steps": 5,
        "ema_half_life": 443_600,  # 0.9999 in batches of 64
    }
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int,
        chunk_dim: int = 20,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            biggan_generator(
                image_shape, chunk_dim, generator_widths, num_classes, epsilon=1e-4
            ),
            biggan_discriminator(
                image_shape,
                discriminator_widths,
                head=heads.multi_class(num_classes),
            ),
        )
