from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.objectives.class_terms import ConditionalContrastive
from keras_gan_zoo.typing import ImageShape


class ContraGAN(Family):
    """ContraGAN: embeddings of a class's images attract each other and their proxy.

    BigGAN's networks at the sizes of PyTorch-StudioGAN for CIFAR-10, whose
    discriminator also embeds the image and has a proxy for each class; the 2C loss of
    the cosine similarities, with temperature 1, is added to both players' hinge loss.
    Adam(2e-4, 0.5), five critic steps.

    With few classes, images of a large batch are drawn to others of their class much
    more than to the proxy, which alone knows the label. Of digits 18 % are read as
    asked in batches of 64, over 99 % in batches of 8 with a temperature of 0.3
    (`benchmarks/objectives.py --cases contragan`).

    Reference: Kang and Park 2020, arXiv:2006.12681.

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
    >>> gan = ContraGAN((8, 8, 1), num_classes=3, **narrow)
    >>> sorted(gan.discriminator.output)
    ['embedding', 'logits', 'proxy']
    """

    paper = Paper(
        "ContraGAN: Contrastive Learning for Conditional Image Generation",
        "Kang, Minguk and Park, Jaesik",
        2020,
        "2006.12681",
    )
    method = {
        "loss": "hinge",
        "auxiliaries": (ConditionalContrastive(1.0, temperature=1.0),),
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
