from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.networks.dcgan import earlier_widths
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.typing import ImageShape


class DCGAN(Family):
    """Deep convolutional GAN: batch norm in both networks, the logistic loss.

    5x5 convolutions of stride 2, ReLU and tanh in the generator, LeakyReLU 0.2 in
    the discriminator, weights N(0, 0.02), latents U(-1, 1), Adam(2e-4, beta_1=0.5).

    Reference: Radford et al. 2016, arXiv:1511.06434.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels. An image
            whose size is not a multiple of 2^stages is cropped from a larger one.
        latent_dim: int.
        generator_widths: channels of each stage, from the first grid to the image;
            (128, 64) at 28x28, the paper's (1024, 512, 256, 128) at 64x64.
        discriminator_widths: channels of each stage; by default the generator's,
            reversed.
        normalization: `"batch"`, `"layer"` or None, in the discriminator.
        kernel_size: int, of the convolutions of stride 2; 4 in torch's tutorial.
        use_bias: bool, whether layers without a norm have a bias.
        loss: see `GAN`.
        latent_distribution: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> DCGAN(image_shape=(32, 32, 3)).generate(2, seed=0).shape
    (2, 32, 32, 3)
    """

    paper = Paper(
        "Unsupervised Representation Learning with Deep Convolutional Generative "
        "Adversarial Networks",
        "Radford, Alec and Metz, Luke and Chintala, Soumith",
        2016,
        "1511.06434",
    )
    method = {"latent_distribution": "uniform"}
    optimizers = adam(2e-4, 0.5)
    earlier_sizes = staticmethod(earlier_widths)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 100,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        normalization: str | None = "batch",
        kernel_size: int = 5,
        use_bias: bool = True,
    ) -> tuple[keras.Model, keras.Model]:
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            convolutional_generator(
                image_shape,
                latent_dim,
                generator_widths,
                kernel_size,
                use_bias=use_bias,
            ),
            convolutional_discriminator(
                image_shape,
                discriminator_widths,
                kernel_size,
                normalization,
                use_bias=use_bias,
            ),
        )
