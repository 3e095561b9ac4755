import math
from collections.abc import Sequence

import keras

from keras_gan_zoo.augmentation import DiffAugment
from keras_gan_zoo.auxiliaries import PlainReconstruction
from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import (
    lightweight_gan_discriminator,
    lightweight_gan_generator,
)
from keras_gan_zoo.penalties import RealGradientPenalty
from keras_gan_zoo.typing import ImageShape


class LightweightGAN(Family):
    """Lightweight GAN, lucidrains' FastGAN as the huggan sprint of 2022 had it.

    Gains from a global context, linear attention at 32 pixels, a discriminator at two
    sizes without any norm, whose features two decoders turn back into real images, the
    hinge loss, unit gradients at real images every four steps, DiffAugment, Adam(2e-4,
    0.5, 0.9) and an average that keeps 0.995 of itself every ten steps of 40 images.

    The published networks make and see images in [0, 1]; these rescale what they make
    to [-1, 1] and what they see from it. The published discriminator calls real images
    low: here they are high, as in every other GAN. Its two losses are summed, here they
    are averaged, and the weights of the other terms are those of the same game.

    Where it differs: the published augmentation, which has flips as well, is drawn for
    a whole batch at a time, with a probability of at most one half, and cuts out black
    squares, not grey ones; and the average of the first 20,000 steps is the generator,
    where here its half-life grows.

    Reference: Liu et al. 2021, arXiv:2101.04775; github.com/lucidrains/lightweight-gan.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: channels of each grid, from 4x4 or less to the image; 256 to 3
            at 512x512.
        discriminator_widths: channels of each map that is half as large as the one
            before, down to 8x8; 16 to 512 at 512x512.
        attention: sizes of grids with attention, or one of them.
        patches: bool, whether an image has a logit for each of its patches.
        loss: see `GAN`.
        penalties: see `GAN`.
        auxiliaries: see `GAN`.
        augmentation: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = LightweightGAN((32, 32, 3), generator_widths=(16, 8, 8, 8))
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
        "loss": "hinge",
        # 10 (|gradient| - 1)^2 of two logits' sum in [0, 1], for losses twice as large,
        # at every fourth step as it is.
        "penalties": (RealGradientPenalty(20.0, every=4, target=0.25),),
        "auxiliaries": (PlainReconstruction(0.5),),
        "augmentation": DiffAugment("translation,cutout"),
        "ema_half_life": round(400 * math.log(0.5) / math.log(0.995), 1),
    }
    optimizers = adam(2e-4, 0.5, 0.9)

    @staticmethod
    def networks(
        image_shape: ImageShape = (256, 256, 3),
        latent_dim: int = 256,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        attention: int | Sequence[int] = (32,),
        patches: bool = False,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            lightweight_gan_generator(
                image_shape, latent_dim, generator_widths, attention
            ),
            lightweight_gan_discriminator(
                image_shape, discriminator_widths, attention, patches
            ),
        )
