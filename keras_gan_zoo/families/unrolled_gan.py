from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.networks import unrolled_discriminator, unrolled_generator
from keras_gan_zoo.typing import ImageShape


class UnrolledGAN(Family):
    """Unrolled GAN: the generator's gradient flows through 5 steps ahead of Adam.

    The minimax game, whose value after the discriminator's unrolled steps the generator
    minimises (eq. 9 and 10); the discriminator itself takes ordinary steps. Dense
    networks with tanh and orthogonal weights, 256 normal latents, Adam(1e-3) for the
    generator and Adam(1e-4) for the discriminator, beta_1=0.5, as in the authors' code
    for a ring of Gaussians. `update="unrolled_1"` and `"unrolled_10"` look less and
    more far ahead.

    Reference: Metz et al. 2017, arXiv:1611.02163.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: hidden layers of the generator.
        discriminator_widths: hidden layers of the discriminator.
        loss: see `GAN`.
        update: `"unrolled"`, `"unrolled_1"`, `"unrolled_10"`, or see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> UnrolledGAN(image_shape=(8, 8, 1)).update
    'unrolled'
    """

    paper = Paper(
        "Unrolled Generative Adversarial Networks",
        "Metz, Luke and Poole, Ben and Pfau, David and Sohl-Dickstein, Jascha",
        2017,
        "1611.02163",
    )
    method = {"loss": "minimax", "update": "unrolled"}
    optimizers = (adam(1e-3, 0.5), adam(1e-4, 0.5))

    @staticmethod
    def networks(
        image_shape: ImageShape = (28, 28, 1),
        latent_dim: int = 256,
        generator_widths: Sequence[int] = (128, 128),
        discriminator_widths: Sequence[int] = (128, 128),
    ) -> tuple[keras.Model, keras.Model]:
        return (
            unrolled_generator(image_shape, latent_dim, generator_widths),
            unrolled_discriminator(image_shape, discriminator_widths),
        )
