from collections.abc import Sequence

import keras

from keras_gan_zoo.configs import instance
from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.latents import Latents
from keras_gan_zoo.networks import info_gan_discriminator, info_gan_generator
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.objectives.auxiliaries import Information
from keras_gan_zoo.typing import ImageShape


class InfoGAN(Family):
    """InfoGAN: some latents are codes, which can be recovered from the image.

    62 numbers of noise and two codes from U(-1, 1), and a code of ten classes. The
    lower bound on the codes' mutual information with the image is added to both losses
    with weight 1. The authors' MNIST networks, in which the head for codes shares the
    discriminator's trunk; Adam(1e-3, 0.5) for the generator, Adam(2e-4, 0.5) for the
    discriminator.

    Other codes need three arguments: `latents`, the size of the codes `num_codes`, and
    `auxiliaries=[Information(continuous, categorical)]`.

    Reference: Chen et al. 2016, arXiv:1606.03657, eq. 6 and appendix C.1.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latents: a `keras_gan_zoo.latents.Latents` with the codes at the end.
        num_codes: int, how many of the latents are codes.
        generator_widths: channels of each grid before the image; (128, 64) up to
            32x32.
        discriminator_widths: channels of each stage; by default the generator's,
            reversed.
        dense_width: int, units of the wide layer in both networks.
        code_width: int, units of the layer before the codes.
        auxiliaries: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = InfoGAN(image_shape=(28, 28, 1))
    >>> gan.latent_dim, gan.num_codes
    (74, 12)
    """

    paper = Paper(
        "InfoGAN: Interpretable Representation Learning by Information Maximizing "
        "Generative Adversarial Nets",
        "Chen, Xi and Duan, Yan and Houthooft, Rein and Schulman, John and "
        "Sutskever, Ilya and Abbeel, Pieter",
        2016,
        "1606.03657",
    )
    method = {"auxiliaries": (Information(continuous=2, categorical=(10,)),)}
    optimizers = (adam(1e-3, 0.5), adam(2e-4, 0.5))

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latents: Latents = Latents(uniform=64, categorical=(10,)),  # noqa: B008
        num_codes: int = 12,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        dense_width: int = 1024,
        code_width: int = 128,
    ) -> tuple[keras.Model, keras.Model]:
        latents = instance(
            latents,
            Latents,
            "`latents` must be `keras_gan_zoo.latents.Latents`, such as "
            "`Latents(uniform=64, categorical=(10,))`.",
        )
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            info_gan_generator(image_shape, latents.dim, generator_widths, dense_width),
            info_gan_discriminator(
                image_shape, num_codes, discriminator_widths, dense_width, code_width
            ),
        )
