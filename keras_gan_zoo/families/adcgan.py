from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.objectives.class_terms import DiscriminativeClassification
from keras_gan_zoo.typing import ImageShape


class ADCGAN(Family):
    """ADC-GAN: ACGAN whose classifier also tells real from generated images.

    It has two classes for each label. BigGAN's networks at the sizes of
    PyTorch-StudioGAN for CIFAR-10, hinge loss, Adam(2e-4, 0.5), five critic steps.

    Reference: Hou et al. 2022, arXiv:2107.10060.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        chunk_dim: int, latents for the first grid, and for each of the generator's
            blocks.
        generator_widths: channels of the first grid, then of each residual block; 4
            times 384 at 32x32.
        discriminator_widths: channels of each residual block; 4 times 192 at 32x32.
        auxiliaries: see `GAN`.
        critic_steps: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> narrow = {"generator_widths": (16, 8), "discriminator_widths": (8, 8)}
    >>> gan = ADCGAN((8, 8, 1), num_classes=3, **narrow)
    >>> sorted(gan.discriminator.output)
    ['classes', 'logits']
    """

    paper = Paper(
        "Conditional GANs with Auxiliary Discriminative Classifier",
        "Hou, Liang and Cao, Qi and Shen, Huawei and Pan, Siyuan and Li, Xiaoshuang "
        "and Cheng, Xueqi",
        2022,
        "2107.10060",
    )
    method = {
        "loss": "hinge",
        "auxiliaries": (DiscriminativeClassification(1.0),),
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
                head=heads.classifier(2 * num_classes),
            ),
        )
