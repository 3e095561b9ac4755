from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo.families.family import Family, Paper, adam, configuration
from keras_gan_zoo.generator_penalties import PathLength
from keras_gan_zoo.networks import (
    heads,
    stylegan2_discriminator,
    stylegan2_generator,
)
from keras_gan_zoo.networks.shapes import or_reversed
from keras_gan_zoo.penalties import R1
from keras_gan_zoo.typing import ImageShape


def lazy_adam(learning_rate: float, every: int) -> dict[str, Any]:
    """Adam for a player with a lazy term: c times the rate, and Adam's betas to the c.

    c = every / (every + 1) (Karras et al. 2020, appendix B). arXiv:1912.04958.
    """
    c = every / (every + 1)
    return adam(c * learning_rate, 0.0, 0.99**c)


class StyleGAN2(Family):
    """StyleGAN2, as StyleGAN2-ADA trains it without its augmentation.

    A mapping network from z to w, a synthesis network whose kernels are modulated by w,
    a residual discriminator with the groups' standard deviation. The logistic loss, R1
    at every 16th step, the path length at every 4th, an average of the generator.

    The defaults are NVIDIA's "auto" at 64x64 with batches of 32, and its mapping of two
    layers; `published` has the arguments for other sizes and the papers' runs.

    R1 and the path length share the batch and the update of the loss; NVIDIA's code
    gives them updates of their own, and half a batch to the path length.

    Reference: Karras et al. 2020, arXiv:1912.04958 and arXiv:2006.06676.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int or None.
        latent_dim: int.
        generator_widths: channels of the first grid, at most 4x4, then after each
            doubling; 512 down to 256 at 64x64.
        discriminator_widths: channels at the size of the image, then after each
            halving; by default those of the generator, reversed.
        mapping_width: int, the size of w.
        mapping_layers: int.
        style_mixing: float, how often a training batch is made from two latents.
        residual: bool, the discriminator's blocks.
        group_size: int, images in a group of the standard deviation; None: a batch is
            one group.
        label_layers: int, of the labels' mapping network in the discriminator.
        clamp: float, the limit of activations, or None.
        embedding_width: int or None: the discriminator embeds the image and has a proxy
            for each class, of so many numbers, and its logit does not look at the
            label; for ReACGAN's term `DataToDataCrossEntropy` or ContraGAN's.
        loss: see `GAN`.
        penalties: see `GAN`.
        generator_penalties: see `GAN`.
        ema_half_life: see `GAN`.
        **kwargs: those of `GAN`.

    Example:

    >>> gan = StyleGAN2((32, 32, 3), generator_widths=(16, 16, 8), mapping_width=16)
    >>> gan.generator.get_layer("synthesis").input_shape
    (None, 6, 16)
    """

    paper = Paper(
        "Training Generative Adversarial Networks with Limited Data",
        "Karras, Tero and Aittala, Miika and Hellsten, Janne and Laine, Samuli and "
        "Lehtinen, Jaakko and Aila, Timo",
        2020,
        "2006.06676",
    )
    method = {
        "penalties": (R1(0.0256, every=16),),
        "generator_penalties": (PathLength(2.0, every=4),),
        "ema_half_life": 10_000,
    }
    optimizers = (lazy_adam(0.0025, 4), lazy_adam(0.0025, 16))

    @staticmethod
    def networks(
        image_shape: ImageShape = (64, 64, 3),
        *,
        num_classes: int | None = None,
        latent_dim: int = 512,
        generator_widths: Sequence[int] | None = None,
        discriminator_widths: Sequence[int] | None = None,
        mapping_width: int = 512,
        mapping_layers: int = 2,
        style_mixing: float = 0.9,
        residual: bool = True,
        group_size: int | None = 4,
        label_layers: int = 8,
        clamp: float | None = 256.0,
        embedding_width: int | None = None,
    ) -> tuple[keras.Model, keras.Model]:
        discriminator_widths = or_reversed(discriminator_widths, generator_widths)
        head = None
        if embedding_width is not None:
            head = heads.class_embedding(_classes(num_classes), embedding_width)
        return (
            stylegan2_generator(
                image_shape,
                latent_dim,
                generator_widths,
                num_classes,
                mapping_width,
                mapping_layers,
                style_mixing,
                clamp,
            ),
            stylegan2_discriminator(
                image_shape,
                discriminator_widths,
                num_classes,
                residual,
                group_size,
                label_layers,
                clamp,
                head=head,
            ),
        )

    @staticmethod
    def published(
        name: str, image_shape: ImageShape = (64, 64, 3), batch_size: int = 32
    ) -> dict[str, Any]:
        """The arguments of one of the published configurations.

        The learning rate of all is that of `optimizers`, 0.0025, but for 0.002 in
        "paper1024", in "stylegan2", and in "auto" from 1024 pixels on.

        Args:
            name: `"auto"`, whose penalty and average follow the size and the batch;
                `"cifar"`, `"paper256"`, `"paper512"`, `"paper1024"` or `"stylegan2"`,
                whose batches are 64, and 32 for the last two.
            image_shape: as it will be passed to the constructor.
            batch_size: int, for `"auto"`.

        Returns:
            A dict of arguments, without `image_shape` and `num_classes`.

        Raises:
            ValueError: there is no such configuration.

        Example:

        >>> sorted(StyleGAN2.published("paper256"))
        ['ema_half_life', 'group_size', 'mapping_layers', 'penalties']
        """
        size = max(image_shape[:2])
        configurations: dict[str, Any] = {
            "auto": (
                0.0002 * size**2 / batch_size,
                10_000 * batch_size / 32,
                min(batch_size, 4),
                2,
                {},
            ),
            "cifar": (0.01, 500_000, 32, 2, CIFAR),
            "paper256": (1.0, 20_000, 8, 8, {}),
            "paper512": (0.5, 20_000, 8, 8, {}),
            "paper1024": (2.0, 10_000, 4, 8, {}),
            "stylegan2": (10.0, 10_000, 4, 8, {}),
        }
        found = configuration(name, configurations)
        gamma, images, group_size, mapping_layers, more = found
        return {
            "penalties": [R1(gamma, every=16)],
            "ema_half_life": images,
            "group_size": group_size,
            "mapping_layers": mapping_layers,
            **more,
        }


def _classes(num_classes):
    if num_classes is None:
        raise ValueError(
            "`embedding_width` is for the classes of a conditional GAN: give it "
            "`num_classes` too, for example 10. Received: num_classes=None"
        )
    return num_classes


CIFAR: dict[str, Any] = {
    "residual": False,
    "style_mixing": 0.0,
    "generator_penalties": [],
}
