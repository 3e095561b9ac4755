from keras_gan_zoo.families.dcgan import DCGAN
from keras_gan_zoo.families.family import Family, Paper, adam


class LSGAN(Family):
    """Least squares GAN: logits are regressed to 1 for real and 0 for generated images.

    `(D(x) - 1)^2 / 2 + D(G(z))^2 / 2` for the discriminator, `(D(G(z)) - 1)^2 / 2` for
    the generator (eq. 9), without a sigmoid; DCGAN's networks and Adam(2e-4, 0.5).

    Reference: Mao et al. 2017, arXiv:1611.04076.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"batch"`, `"layer"` or None, in the discriminator.
        loss: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> LSGAN(image_shape=(28, 28, 1)).generate(2, seed=0).shape
    (2, 28, 28, 1)
    """

    paper = Paper(
        "Least Squares Generative Adversarial Networks",
        "Mao, Xudong and Li, Qing and Xie, Haoran and Lau, Raymond Y. K. and Wang, "
        "Zhen and Smolley, Stephen Paul",
        2017,
        "1611.04076",
    )
    method = {"loss": "least_squares"}
    optimizers = adam(2e-4, 0.5)
    networks = staticmethod(DCGAN.networks)
