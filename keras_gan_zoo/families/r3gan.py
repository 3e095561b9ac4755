from collections.abc import Sequence

import keras

from keras_gan_zoo.augmentation import ADA
from keras_gan_zoo.families.family import Family, Paper, scheduled_adam
from keras_gan_zoo.networks import r3gan_discriminator, r3gan_generator
from keras_gan_zoo.penalties import R1, R2
from keras_gan_zoo.schedules import Cosine
from keras_gan_zoo.typing import ImageShape

IMAGES = 20_000_000  #: how long the published schedules are


class R3GAN(Family):
    """A modern baseline: a relativistic loss with R1 and R2, and a modern network.

    Grouped convolutions without normalization. Penalties, Adam's rate and beta_2, the
    average's half-life and the probability of ADA's transforms follow half a cosine
    over 2e7 images. The defaults are those of CIFAR-10, with a batch of 512. Of the
    other published ones, FFHQ at 64x64 has penalties from 2 to 0.2, FFHQ at 256x256
    from 150 to 15, both a half-life up to 0.5 million images, transforms up to 0.3 and
    batches of 256; ImageNet at 32x32 has 1536 channels, groups of 32, penalties from
    0.5 to 0.05, transforms up to 0.5, 2e8 images, a half-life up to 50 million and
    batches of 4096. The published runs mirror the data as well.

    The published loop shows the generator real images and latents other than those that
    the discriminator has just seen; here both players see the same ones, which saves a
    forward pass.

    Reference: Huang et al. 2024, arXiv:2501.05441.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int, or None for an unconditional GAN.
        latent_dim: int.
        generator_widths: channels of each grid, from 4x4 or less to the image; 768 up
            to 32x32, then half of it from grid to grid.
        discriminator_widths: by default the generator's default, reversed.
        group_size: int, the channels of a group of the 3x3 convolutions.
        blocks: int, residual blocks for each grid.
        loss: see `GAN`.
        penalties: see `GAN`.
        augmentation: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = R3GAN((32, 32, 3), generator_widths=(32, 16))
    >>> gan.penalties[0].weight
    Cosine(0.05, 0.005, images=2e+07)
    """

    paper = Paper(
        "The GAN is dead; long live the GAN! A Modern Baseline GAN",
        "Huang, Yiwen and Gokaslan, Aaron and Kuleshov, Volodymyr and Tompkin, James",
        2024,
        "2501.05441",
    )
    method = {
        "loss": "relativistic_paired",
        "penalties": (R1(Cosine(0.05, 0.005, IMAGES)), R2(Cosine(0.05, 0.005, IMAGES))),
        "augmentation": ADA(
            {"blit": 1, "geom": 1, "color": 0.5, "cutout": 1}, Cosine(0, 0.55, IMAGES)
        ),
        "ema_half_life": Cosine(0, 5_000_000, IMAGES),
    }
    optimizers = scheduled_adam(
        Cosine(2e-4, 5e-5, IMAGES), 0.0, Cosine(0.9, 0.99, IMAGES)
    )

    @staticmethod
    def networks(
        image_shape: ImageShape = (32, 32, 3),
        *,
        num_classes: int | None = None,
        latent_dim: int = 64,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        group_size: int = 16,
        blocks: int = 2,
    ) -> tuple[keras.Model, keras.Model]:
        return (
            r3gan_generator(
                image_shape,
                latent_dim,
                generator_widths,
                num_classes,
                group_size=group_size,
                blocks=blocks,
            ),
            r3gan_discriminator(
                image_shape, discriminator_widths, num_classes, group_size, blocks
            ),
        )
