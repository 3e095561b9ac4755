from collections.abc import Sequence

import keras

from keras_gan_zoo.families.family import Family, Paper, adam
from keras_gan_zoo.layers import Orthogonality
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator
from keras_gan_zoo.typing import ImageShape

PAPER = Paper(
    "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
    "Brock, Andrew and Donahue, Jeff and Simonyan, Karen",
    2019,
    "1809.11096",
)


class BigGAN(Family):
    """Wide residual networks with a shared embedding, chunks of latents and attention.

    Both networks are spectrally normalized; the discriminator projects. Hinge loss,
    Adam(5e-5, 0, 0.999) for the generator, Adam(2e-4, 0, 0.999) for the discriminator,
    two critic steps, orthogonal regularization, and an average whose half-life is that
    of the paper's 0.9999 in batches of 2048.

    At 32x32 the networks are PyTorch-StudioGAN's, which trains them with
    `Adam(2e-4, 0.5, 0.999)`, `critic_steps=5` and `orthogonality=0`, in batches of 64.

    Reference: Brock et al. 2019, arXiv:1809.11096, eq. 3 and appendix B and C.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int, or None for an unconditional GAN.
        chunk_dim: int, latents for the first grid, and for each of the generator's
            blocks: 80 in all at 32x32, 120 at 128x128.
        generator_widths: channels of the first grid, then of each residual block,
            which doubles the grid; 4 times 384 at 32x32.
        discriminator_widths: channels of each residual block; 4 times 192 at 32x32.
        downsample: bools, which blocks of the discriminator halve the image; the
            first two at 32x32.
        embedding_dim: int, the size of the classes' embedding.
        attention: int or None: self-attention on the largest grid of at most so many
            rows and columns, and of at most half the image's.
        orthogonality: float, the weight of the generator's orthogonal regularization.
        loss: see `GAN`.
        critic_steps: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> narrow = {"generator_widths": (16, 8), "discriminator_widths": (8, 8)}
    >>> gan = BigGAN((28, 28, 1), num_classes=10, **narrow)
    >>> gan.latent_dim, gan.generate(2, labels=3, seed=0).shape
    (40, (2, 28, 28, 1))
    """

    paper = PAPER
    method = {"loss": "hinge", "critic_steps": 2, "ema_half_life": 14_000_000}
    optimizers = (adam(5e-5, 0.0, 0.999), adam(2e-4, 0.0, 0.999))

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int | None = None,
        chunk_dim: int = 20,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        downsample: Sequence[bool] | None = None,
        embedding_dim: int = 128,
        attention: int | None = 64,
        orthogonality: float = 1e-4,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            biggan_generator(
                image_shape,
                chunk_dim,
                generator_widths,
                num_classes,
                embedding_dim,
                attention,
                regularizer=Orthogonality(orthogonality) if orthogonality else None,
            ),
            biggan_discriminator(
                image_shape,
                discriminator_widths,
                downsample,
                num_classes,
                attention=attention,
            ),
        )
