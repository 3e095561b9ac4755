from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.losses import BoundaryEquilibrium
from keras_gan_zoo.networks import began_discriminator, began_generator
from keras_gan_zoo.typing import ImageShape

#: halved every 100,000 iterations, from 8e-5 to 2e-5
RATE = {
    "module": "keras.optimizers.schedules",
    "class_name": "PiecewiseConstantDecay",
    "config": {"boundaries": [99_999, 199_999], "values": [8e-5, 4e-5, 2e-5]},
}


class BEGAN(Family):
    """Boundary equilibrium GAN: auto-encoded images in a controlled balance.

    The discriminator is an auto-encoder; its `logits` are energies, the mean absolute
    error of a pixel. k, learnt by proportional control, keeps generated images' at
    half of the real ones', and `convergence` in the logs tells how far training is
    (eq. 5 to 7). ELU, no batch norm, 64 uniform latents, Adam(8e-5, beta_1=0.5), a
    rate that halves twice, batches of 16, as in carpedm20's code.

    Reference: Berthelot et al. 2017, arXiv:1703.10717.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: channels of each grid; by default 128 of each.
        discriminator_widths: channels of each of the encoder's grids; by default
            128, 256, 384, ... The decoder is as wide as the first.
        encoding_dim: int, the size of an encoding.
        loss: `losses.BoundaryEquilibrium(gamma)`; gamma is 0.7 in the paper's figures.
        latent_distribution: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> BEGAN(image_shape=(32, 32, 3)).objective
    BoundaryEquilibrium(gamma=0.5, rate=0.001, name='boundary_equilibrium')
    """

    paper = Paper(
        "BEGAN: Boundary Equilibrium Generative Adversarial Networks",
        "Berthelot, David and Schumm, Thomas and Metz, Luke",
        2017,
        "1703.10717",
    )
    method = {
        "loss": BoundaryEquilibrium(0.5),
        "latent_distribution": "uniform",
    }
    optimizers = adam(RATE, 0.5)

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 64,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        encoding_dim: int = 64,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            began_generator(image_shape, latent_dim, generator_widths),
            began_discriminator(image_shape, encoding_dim, discriminator_widths),
        )
