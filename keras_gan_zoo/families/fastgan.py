import math
from collections.abc import Sequence

import keras

from keras_gan_zoo.augmentation import DiffAugment
from keras_gan_zoo.auxiliaries import Reconstruction
from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.losses import RandomHinge
from keras_gan_zoo.networks import fastgan_discriminator, fastgan_generator
from keras_gan_zoo.typing import ImageShape


class FastGAN(Family):
    """FastGAN: from few images, on one GPU, up to 1024x1024.

    Skip-layer excitation, a discriminator at two sizes whose features three decoders
    turn back into the real images, DiffAugment, the hinge loss with random margins,
    Adam(2e-4, beta_1=0.5) and an average that keeps 0.999 of itself for a batch of 8.

    Where it differs from the published one: the decoders are judged by the squared
    difference of pixels instead of LPIPS, whose weights this package does not have; the
    small image that the discriminator sees is the large one, shrunk, for generated
    images as for real ones; and the average has the batch-norm statistics too.

    Reference: Liu et al. 2021, arXiv:2101.04775.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: channels of each grid, from 4x4 or less to the image; 1024 to
            32 at 256x256.
        discriminator_widths: channels of the first convolutions, then of each block; 16
            to 512 at 256x256.
        tanh: bool, whether images end in it; by default only above 512x512.
        loss: see `GAN`.
        auxiliaries: see `GAN`.
        augmentation: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = FastGAN((32, 32, 3), generator_widths=(16, 8, 8, 8))
    >>> gan.generate(2, seed=0).shape
    (2, 32, 32, 3)
    """

    paper = Paper(
        "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image "
        "Synthesis",
        "Liu, Bingchen and Zhu, Yizhe and Song, Kunpeng and Elgammal, Ahmed",
        2021,
        "2101.04775",
    )
    method = {
        "loss": RandomHinge(),
        "auxiliaries": (Reconstruction(),),
        "augmentation": DiffAugment("color,translation"),
        "ema_half_life": round(8 * math.log(0.5) / math.log(0.999), 1),
    }
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (256, 256, 3),
        latent_dim: int = 256,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        tanh: bool | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            fastgan_generator(image_shape, latent_dim, generator_widths, tanh),
            fastgan_discriminator(image_shape, discriminator_widths),
        )
