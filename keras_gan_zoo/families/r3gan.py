from collections.abc import Sequence
from typing import Any, NamedTuple

import keras

from keras_gan_zoo.augmentation import ADA
from keras_gan_zoo.families.family import (
    Family,
    Paper,
    configuration,
    scheduled_adam,
)
from keras_gan_zoo.networks import r3gan_discriminator, r3gan_generator
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.penalties import R1, R2
from keras_gan_zoo.schedules import Cosine
from keras_gan_zoo.typing import ImageShape

IMAGES = 20_000_000  #: how long the published schedules are


class Settings(NamedTuple):
    """What a published configuration has of its own."""

    penalty: float  #: at the start; a tenth of it at the end
    augmented: float  #: the probability of ADA's transforms at the end
    half_life: int  #: of the average, in images, at the end
    images: int = IMAGES
    networks: dict[str, Any] = {}

    def arguments(self) -> dict[str, Any]:
        """Those of the constructor."""
        penalty = Cosine(self.penalty, self.penalty / 10, self.images)
        policy = {"blit": 1, "geom": 1, "color": 0.5, "cutout": 1}
        return {
            "penalties": (R1(penalty), R2(penalty)),
            "augmentation": ADA(policy, Cosine(0, self.augmented, self.images)),
            "ema_half_life": Cosine(0, self.half_life, self.images),
            **self.networks,
        }


def _wide(grids):
    widths = (1536,) * grids
    return {
        "generator_widths": widths,
        "discriminator_widths": widths,
        "group_size": 32,
    }


CIFAR10 = Settings(0.05, 0.55, 5_000_000)
PUBLISHED = {
    "cifar10": CIFAR10,
    "ffhq64": Settings(2.0, 0.3, 500_000),
    "ffhq256": Settings(150.0, 0.3, 500_000),
    "imagenet32": Settings(0.5, 0.5, 50_000_000, 10 * IMAGES, _wide(4)),
    "imagenet64": Settings(1.0, 0.4, 50_000_000, 10 * IMAGES, _wide(5)),
}


class R3GAN(Family):
    """A modern baseline: a relativistic loss with R1 and R2, and a modern network.

    Grouped convolutions without normalization. Penalties, Adam's rate and beta_2, the
    average's half-life and the probability of ADA's transforms follow half a cosine
    over 2e7 images. The defaults are those of CIFAR-10, with a batch of 512;
    `published` has the others. The published runs mirror the data as well.

    The published loop shows the generator real images and latents other than those that
    the discriminator has just seen; here both players see the same ones, which saves a
    forward pass.

    Reference: Huang et al. 2024, arXiv:2501.05441.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int, or None for an unconditional GAN.
        latent_dim: int.
        embedding_dim: int, the numbers that a label adds to the latents.
        generator_widths: channels of each grid, from 4x4 or less to the image; 768 up
            to 32x32, then half of it from grid to grid.
        discriminator_widths: by default the generator's, reversed.
        group_size: int, the channels of a group of the 3x3 convolutions.
        blocks: int, residual blocks for each grid.
        loss: see `GAN`.
        penalties: see `GAN`.
        augmentation: see `GAN`; that by default takes images of one channel or three.
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
        **CIFAR10.arguments(),
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
        embedding_dim: int = 64,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        group_size: int = 16,
        blocks: int = 2,
    ) -> tuple[keras.Model, keras.Model]:
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        return (
            r3gan_generator(
                image_shape,
                latent_dim,
                generator_widths,
                num_classes,
                embedding_dim,
                group_size,
                blocks,
            ),
            r3gan_discriminator(
                image_shape, discriminator_widths, num_classes, group_size, blocks
            ),
        )

    @staticmethod
    def published(name: str) -> dict[str, Any]:
        """The arguments of one of the published configurations.

        ImageNet's runs are ten times as long, and so are the schedules of their
        optimizers: compile with `optimizers.ScheduledAdam`.

        Args:
            name: `"cifar10"`, the defaults; `"ffhq64"` or `"ffhq256"`, in batches of
                256; `"imagenet32"` or `"imagenet64"`, with labels, in batches of 4096.

        Returns:
            A dict of arguments, without `image_shape` and `num_classes`.

        Raises:
            ValueError: there is no such configuration.

        Example:

        >>> R3GAN.published("ffhq256")["penalties"][0].weight
        Cosine(150, 15, images=2e+07)
        """
        return configuration(name, PUBLISHED).arguments()
