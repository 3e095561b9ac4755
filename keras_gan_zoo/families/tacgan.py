from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.objectives.class_terms import TwinClassification
from keras_gan_zoo.typing import ImageShape


class TACGAN(Family):
    """TAC-GAN: ACGAN with a second classifier, which learns from generated images.

    The generator wants the first to be right and the second to be wrong, and so keeps
    each class as varied as it is. BigGAN's networks at the sizes of PyTorch-StudioGAN
    for CIFAR-10, hinge loss, Adam(2e-4, 0.5), five critic steps.

    Reference: Gong et al. 2019, arXiv:1907.02690.

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
    >>> gan = TACGAN((8, 8, 1), num_classes=3, **narrow)
    >>> sorted(gan.discriminator.output)
    ['classes', 'logits', 'twin_classes']
    """

    paper = Paper(
        "Twin Auxiliary Classifiers GAN",
        "Gong, Mingming and Xu, Yanwu and Li, Chunyuan and Zhang, Kun and "
        "Batmanghelich, Kayhan",
        2019,
        "1907.02690",
    )
    method = {
        "loss": "hinge",
        "auxiliaries": (TwinClassification(1.0),),
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
                head=heads.classifier(num_classes, twin=True),
            ),
        )
