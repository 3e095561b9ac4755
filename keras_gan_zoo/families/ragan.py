from keras_gan_zoo.families.dcgan import DCGAN
from keras_gan_zoo.families.family import Family, Paper, adam


class RaGAN(Family):
    """Relativistic average GAN: is an image more real than the others on average?

    The logistic loss of `D(x) - E[D(G(z))]` and `D(G(z)) - E[D(x)]`, for both players
    (eq. 12 and 13), so the generator sees real logits too; DCGAN's networks and
    Adam(2e-4, 0.5). The paired loss of R3GAN is `loss="relativistic_paired"`.

    Reference: Jolicoeur-Martineau 2018, arXiv:1807.00734.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"batch"`, `"layer"` or None, in the discriminator.
        loss: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> RaGAN(image_shape=(28, 28, 1)).objective.relativistic
    True
    """

    paper = Paper(
        "The Relativistic Discriminator: A Key Element Missing from Standard GAN",
        "Jolicoeur-Martineau, Alexia",
        2018,
        "1807.00734",
    )
    method = {"loss": "relativistic_average"}
    optimizers = adam(2e-4, 0.5)
    networks = staticmethod(DCGAN.networks)
