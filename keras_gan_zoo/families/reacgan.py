from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.objectives.class_terms import DataToDataCrossEntropy
from keras_gan_zoo.typing import ImageShape


class ReACGAN(Family):
    """ReACGAN: a classifier that compares an image with its class and with the batch.

    BigGAN's networks at the sizes of PyTorch-StudioGAN for CIFAR-10, whose
    discriminator also embeds the image and has a proxy for each class; the data-to-data
    cross entropy of the unit vectors, with margin 0.98, temperature 0.5 and weight 0.5,
    is added to both players' hinge loss. Adam(2.83e-4, 0.5), five critic steps, batches
    of 128.

    Reference: Kang et al. 2021, arXiv:2111.01118.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        chunk_dim: int, latents for the first grid, and for each of the generator's
            blocks.
        generator_widths: channels of the first grid, then of each residual block; 4
            times 384 at 32x32.
        discriminator_widths: channels of each residual block; 4 times 192 at 32x32.
        embedding_width: int, numbers of an embedding.
        auxiliaries: see `GAN`.
        critic_steps: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> narrow = {"generator_widths": (16, 8), "discriminator_widths": (8, 8)}
    >>> gan = ReACGAN((8, 8, 1), num_classes=3, **narrow)
    >>> sorted(gan.discriminator.output)
    ['embedding', 'logits', 'proxy']
    """

    paper = Paper(
        "Rebooting ACGAN: Auxiliary Classifier GANs with Stable Training",
        "Kang, Minguk and Shim, Woohyeon and Cho, Minsu and Park, Jaesik",
        2021,
        "2111.01118",
    )
    method = {
        "loss": "hinge",
        "auxiliaries": (DataToDataCrossEntropy(0.5, temperature=0.5, margin=0.98),),
        "critic_steps": 5,
        "ema_half_life": 887_200,  # 0.9999 in batches of 128
    }
    optimizers = adam(2e-4 * 2**0.5, 0.5)  # the root of a batch twice as large

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int,
        chunk_dim: int = 20,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        embedding_width: int = 512,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            biggan_generator(
                image_shape, chunk_dim, generator_widths, num_classes, epsilon=1e-4
            ),
            biggan_discriminator(
                image_shape,
                discriminator_widths,
                num_classes=num_classes,
                head=heads.class_embedding(num_classes, embedding_width),
            ),
        )
