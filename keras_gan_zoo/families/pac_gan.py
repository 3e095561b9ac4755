from collections.abc import Sequence

import keras

from keras_gan_zoo.augmentation import Augmentation, Packing, get
from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.shapes import check_image_shape, or_reversed
from keras_gan_zoo.typing import ImageShape

TWO = Packing(2)


class PacGAN(Family):
    """PacGAN: the discriminator judges several images at once, stacked as channels.

    DCGAN in all else: only the first layer of the discriminator is wider (section 3).
    Real packs are of real images, generated ones each from latents of their own.

    Reference: Lin et al. 2018, arXiv:1712.04086.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"batch"`, `"layer"` or None, in the discriminator.
        augmentation: `Packing(m)`, m images at once; another one, see `GAN`, is for a
            discriminator that judges one.
        latent_distribution: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> PacGAN(image_shape=(28, 28, 1)).discriminator.input_shape
    (None, 28, 28, 2)
    """

    paper = Paper(
        "PacGAN: The power of two samples in generative adversarial networks",
        "Lin, Zinan and Khetan, Ashish and Fanti, Giulia and Oh, Sewoong",
        2018,
        "1712.04086",
    )
    method = {"latent_distribution": "uniform"}
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 100,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        normalization: str | None = "batch",
        augmentation: str | Augmentation | None = TWO,
    ) -> tuple[keras.Model, keras.Model]:
        packed, packing = 1, get(augmentation)
        image_shape = check_image_shape(image_shape)
        if packing is not None:
            shown = packing.compute_output_shape((None, *image_shape))
            packed = shown[3] // image_shape[2]
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            convolutional_generator(image_shape, latent_dim, generator_widths),
            convolutional_discriminator(
                image_shape,
                discriminator_widths,
                normalization=normalization,
                packed=packed,
            ),
        )
