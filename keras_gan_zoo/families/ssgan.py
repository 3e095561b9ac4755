from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import resnet_generator, ssgan_discriminator
from keras_gan_zoo.objectives.self_supervision import Rotations
from keras_gan_zoo.typing import ImageShape


class SSGAN(Family):
    """Self-supervised GAN: the discriminator also says how images are rotated.

    SNGAN's residual networks and method, with a second output and the term `Rotations`:
    1.0 for the discriminator, 0.2 for the generator. The variant of mimicry, whose
    batches hold each image at one angle.

    Reference: Chen et al. 2019, arXiv:1811.11212, section 3.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `SNGAN`.
        discriminator_widths: see `SNGAN`.
        downsample: see `SNGAN`.
        loss: see `GAN`.
        auxiliaries: see `GAN`.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = SSGAN((28, 28, 1), generator_widths=(16, 8), discriminator_widths=(8, 8))
    >>> sorted(gan.discriminator.output)
    ['logits', 'rotations']
    """

    paper = Paper(
        "Self-Supervised GANs via Auxiliary Rotation Loss",
        "Chen, Ting and Zhai, Xiaohua and Ritter, Marvin and Lucic, Mario and "
        "Houlsby, Neil",
        2019,
        "1811.11212",
    )
    method = {"loss": "hinge", "auxiliaries": (Rotations(1.0, 0.2),), "critic_steps": 5}
    optimizers = adam(2e-4, 0.0, 0.9)

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
            ssgan_discriminator(image_shape, discriminator_widths, downsample),
        )
