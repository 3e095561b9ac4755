from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator, heads
from keras_gan_zoo.objectives.penalties import R1
from keras_gan_zoo.typing import ImageShape


class MDGAN(Family):
    """A discriminator for each class, which share all but their last layer.

    Of its K logits the label's is the image's; the non-saturating loss with R1, as
    Mescheder et al. trained on ImageNet, and as "MDGAN" in PyTorch-StudioGAN: BigGAN's
    networks at its sizes for CIFAR-10, Adam(2e-4, 0.5), five critic steps.

    Reference: Mescheder et al. 2018, arXiv:1801.04406.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        chunk_dim: int, latents for the first grid, and for each of the generator's
            blocks.
        generator_widths: channels of the first grid, then of each residual block; 4
            times 384 at 32x32.
        discriminator_widths: channels of each residual block; 4 times 192 at 32x32.
        penalties: see `GAN`.
        critic_steps: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> narrow = {"generator_widths": (16, 8), "discriminator_widths": (8, 8)}
    >>> gan = MDGAN((8, 8, 1), num_classes=3, **narrow)
    >>> gan.discriminator.output_shape
    (None, 1)
    """

    paper = Paper(
        "Which Training Methods for GANs do actually Converge?",
        "Mescheder, Lars and Geiger, Andreas and Nowozin, Sebastian",
        2018,
        "1801.04406",
    )
    method = {
        "loss": "non_saturating",
        "penalties": (R1(1.0),),
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
                num_classes=num_classes,
                head=heads.own_logit(num_classes),
            ),
        )
