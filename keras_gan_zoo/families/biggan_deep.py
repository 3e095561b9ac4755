from collections.abc import Sequence

import keras

from keras_gan_zoo.families.biggan import PAPER
from keras_gan_zoo.families.family import Family, adam
from keras_gan_zoo.layers import Orthogonality
from keras_gan_zoo.networks import biggan_deep_discriminator, biggan_deep_generator
from keras_gan_zoo.typing import ImageShape


class BigGANDeep(Family):
    """BigGAN with bottleneck blocks: four times as deep, fewer parameters.

    All latents and the class's embedding enter every block; shortcuts drop or add
    channels instead of a convolution of all. Trained as `BigGAN`; from 256x256 on the
    paper has Adam(2.5e-5, 0, 0.999) for both networks.

    Reference: Brock et al. 2019, arXiv:1809.11096, appendix B.1 and C.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int, or None for an unconditional GAN.
        latent_dim: int.
        generator_widths: channels of the first grid, then of each pair of residual
            blocks, which doubles the grid; 4 times 512 at 32x32. They must not grow.
        discriminator_widths: channels of the first convolution, then of each pair of
            residual blocks; 4 times 512 at 32x32. They must not shrink.
        downsample: bools, which pairs of the discriminator's blocks halve the image;
            the first two at 32x32.
        embedding_dim: int, the size of the classes' embedding.
        attention: see `BigGAN`.
        convolved: bool: shortcuts are 1x1 convolutions, as in PyTorch-StudioGAN's own
            variant.
        orthogonality: see `BigGAN`.
        loss: see `GAN`.
        critic_steps: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> narrow = {"generator_widths": (16, 8), "discriminator_widths": (8, 8)}
    >>> gan = BigGANDeep((28, 28, 1), num_classes=10, **narrow)
    >>> gan.generate(2, labels=3, seed=0).shape
    (2, 28, 28, 1)
    """

    paper = PAPER
    method = {"loss": "hinge", "critic_steps": 2, "ema_half_life": 14_000_000}
    optimizers = (adam(5e-5, 0.0, 0.999), adam(2e-4, 0.0, 0.999))

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int | None = None,
        latent_dim: int = 128,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        downsample: Sequence[bool] | None = None,
        embedding_dim: int = 128,
        attention: int | None = 64,
        convolved: bool = False,
        orthogonality: float = 1e-4,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            biggan_deep_generator(
                image_shape,
                latent_dim,
                generator_widths,
                num_classes,
                embedding_dim,
                attention,
                convolved=convolved,
                regularizer=Orthogonality(orthogonality) if orthogonality else None,
            ),
            biggan_deep_discriminator(
                image_shape,
                discriminator_widths,
                downsample,
                num_classes,
                attention=attention,
                convolved=convolved,
            ),
        )
