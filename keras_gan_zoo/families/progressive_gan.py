from collections.abc import Sequence

import keras

from keras_gan_zoo.auxiliaries import Drift
from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import progressive_discriminator, progressive_generator
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.penalties import GradientPenalty
from keras_gan_zoo.typing import ImageShape


class ProgressiveGAN(Family):
    """Progressive GAN: networks that can grow, from 4x4 pixels to the whole image.

    Pixel norm in the generator, the standard deviation of the batch in the
    discriminator, an equalized learning rate in both; WGAN-GP with a drift term of
    weight 0.001, one critic step, Adam(1e-3, 0, 0.99), an average of the generator.

    By default all layers are trained from the start. With `growing`, the first grid is
    trained for so many images, then each doubling is faded in during as many, and
    trained as long; real images are faded in alike. The networks have their full size
    all the time, as in NVIDIA's code with `structure="linear"`, and what is faded in
    follows the images seen: training compiles once and resumes exactly. So growing is
    for stability, not for speed: a step costs as much at 4x4 pixels as at the end.
    Unlike in that code, batches and learning rates are the same at all sizes, and
    Adam's moments are kept where a new size begins.

    Reference: Karras et al. 2018, arXiv:1710.10196, appendix A.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: channels of the first grid, at most 4x4, then after each
            doubling; 512 at 32x32, down to 16 at 1024x1024.
        discriminator_widths: channels at the size of the image, then after each
            halving; by default those of the generator, reversed.
        group_size: int, images in a group of the standard deviation.
        grouping: `"strided"`, NVIDIA's, or `"consecutive"`, Facebook's.
        growing: a number or None, the images of training for each phase of growing;
            600,000 in the paper. The image must be the first grid, doubled.
        loss: see `GAN`.
        penalties: see `GAN`.
        auxiliaries: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = ProgressiveGAN((32, 32, 3), generator_widths=(16, 16, 8))
    >>> gan.discriminator.output_shape
    (None, 1)

    From 4x4 over 8x8 and 16x16 to 32x32 pixels, during 7 times 600,000 images:

    >>> widths = {"generator_widths": (16, 16, 8, 8)}
    >>> gan = ProgressiveGAN((32, 32, 3), **widths, growing=600_000)
    >>> [layer.start for layer in gan.generator.layers if "start" in dir(layer)]
    [600000, 1800000, 3000000]
    """

    paper = Paper(
        "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
        "Karras, Tero and Aila, Timo and Laine, Samuli and Lehtinen, Jaakko",
        2018,
        "1710.10196",
    )
    method = {
        "loss": "wasserstein",
        "penalties": (GradientPenalty(10.0),),
        "auxiliaries": (Drift(0.001),),
        "ema_half_life": 10_000,
    }
    optimizers = adam(1e-3, 0.0, 0.99)

    @staticmethod
    def networks(
        image_shape: ImageShape = (64, 64, 3),
        latent_dim: int = 512,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        group_size: int = 4,
        grouping: str = "strided",
        growing: float | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            progressive_generator(
                image_shape, latent_dim, generator_widths, growing=growing
            ),
            progressive_discriminator(
                image_shape,
                discriminator_widths,
                group_size,
                grouping,
                growing=growing,
            ),
        )
