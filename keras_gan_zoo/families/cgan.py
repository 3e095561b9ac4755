from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import cgan_discriminator, cgan_generator


class CGAN(Family):
    """The first conditional GAN: both networks are told the class.

    The paper's fully connected networks, whose discriminator is of maxout layers with
    dropout. Batch norm and LeakyReLU in the generator, the non-saturating loss and
    Adam(2e-4, 0.5) stand for its ReLU, dropout and momentum SGD, with which this game
    tends to collapse.

    Reference: Mirza and Osindero 2014, arXiv:1411.1784, section 4.1.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        latent_dim: int.
        generator_widths: of the latents' layer, the labels' and the one of both.
        discriminator_widths: of the images' layer, the labels' and the one of both.
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
        image_shape=(28, 28, 1),
        *,
        num_classes,
        latent_dim=100,
        generator_widths=(200, 1000, 1200),
        discriminator_widths=(240, 50, 240),
        dropout=0.5,
    ):
        return (
            cgan_generator(image_shape, num_classes, latent_dim, *generator_widths),
            cgan_discriminator(
                image_shape, num_classes, *discriminator_widths, dropout=dropout
            ),
        )
