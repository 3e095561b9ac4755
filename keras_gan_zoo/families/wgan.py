import keras

from keras_gan_zoo.families.family import Family
from keras_gan_zoo.layers import WeightClipping
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class WGAN(Family):
    """Wasserstein GAN: a critic whose weights are clipped, five steps a generator's.

    DCGAN's networks; every weight of the critic, biases and norm scales included,
    is clipped to [-clip, clip] after each update. RMSprop(5e-5).

    Reference: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        generator_widths: see `DCGAN`.
        discriminator_widths: see `DCGAN`.
        normalization: `"batch"`, `"layer"` or None, in the critic.
        clip: float above 0.
        critic_steps: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> WGAN(image_shape=(28, 28, 1)).critic_steps
    5
    """

    def __init__(
        self,
        image_shape=(28, 28, 1),
        latent_dim=100,
        generator_widths=None,
        discriminator_widths=None,
        normalization="batch",
        clip=0.01,
        loss="wasserstein",
        critic_steps=5,
        **kwargs,
    ):
        super().__init__(
            networks=(
                convolutional_generator(image_shape, latent_dim, generator_widths),
                convolutional_discriminator(
                    image_shape,
                    discriminator_widths,
                    normalization=normalization,
                    constraint=WeightClipping(clip),
                ),
            ),
            sizes={
                "image_shape": image_shape,
                "latent_dim": latent_dim,
                "generator_widths": generator_widths,
                "discriminator_widths": discriminator_widths,
                "normalization": normalization,
                "clip": clip,
            },
            loss=loss,
            critic_steps=critic_steps,
            **kwargs,
        )

    def default_optimizers(self):
        # The authors' RMSprop is torch's, whose decay is 0.99.
        return tuple(
            keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-8) for _ in range(2)
        )
