import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import cgan_discriminator, cgan_generator
from keras_gan_zoo.networks.shapes import check_widths
from keras_gan_zoo.typing import ImageShape


class CGAN(Family):
    """The first conditional GAN: both networks are given the class.

    The paper's fully connected networks, with maxout layers and dropout in the
    discriminator. Batch norm and LeakyReLU in the generator, the non-saturating loss
    and Adam(2e-4, 0.5) replace its ReLU, dropout and momentum SGD, with which this game
    tends to collapse.

    Reference: Mirza and Osindero 2014, arXiv:1411.1784, section 4.1.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        latent_dim: int.
        generator_widths: units of the latents' layer, the labels' and the joint one.
        discriminator_widths: units of the images' layer, the labels' and the joint
            one.
        dropout: float, in the discriminator.
        latent_distribution: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> CGAN((28, 28, 1), num_classes=10).generate(2, labels=3, seed=0).shape
    (2, 28, 28, 1)
    """

    paper = Paper(
        "Conditional Generative Adversarial Nets",
        "Mirza, Mehdi and Osindero, Simon",
        2014,
        "1411.1784",
    )
    method = {"latent_distribution": "uniform"}
    optimizers = adam(2e-4, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        *,
        num_classes: int,
        latent_dim: int = 100,
        generator_widths: tuple[int, int, int] = (200, 1000, 1200),
        discriminator_widths: tuple[int, int, int] = (240, 50, 240),
        dropout: float = 0.5,
    ) -> tuple[keras.Model, keras.Model]:
        check_widths("generator_widths", generator_widths, 3)
        check_widths("discriminator_widths", discriminator_widths, 3)
        return (
            cgan_generator(image_shape, num_classes, latent_dim, *generator_widths),
            cgan_discriminator(
                image_shape, num_classes, *discriminator_widths, dropout=dropout
            ),
        )
