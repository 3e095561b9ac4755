from keras_gan_zoo.families.dcgan import DCGAN
from keras_gan_zoo.families.family import Family, Paper, adam


class GeometricGAN(Family):
    """Geometric GAN: a support vector machine between real and generated features.

    The hinge loss on DCGAN's networks, Adam(2e-4, 0.5).

    Reference: Lim and Ye 2017, arXiv:1705.02894.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"batch"`, `"layer"` or None, in the discriminator.
        loss: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> GeometricGAN(image_shape=(28, 28, 1)).generate(2, seed=0).shape
    (2, 28, 28, 1)
    """

    paper = Paper(
        "Geometric GAN", "Lim, Jae Hyun and Ye, Jong Chul", 2017, "1705.02894"
    )
    method = {"loss": "hinge"}
    optimizers = adam(2e-4, 0.5)
    networks = staticmethod(DCGAN.networks)
