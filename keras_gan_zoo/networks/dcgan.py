"""The DCGAN networks (Radford et al. 2016, arXiv:1511.06434), for any image size.

The generator starts from a grid of `ceil(size / 2^stages)`, doubles it in each stage,
and crops the centre; the discriminator halves the image in each stage, rounding up. So
45x37 in three stages is 6x5 -> 12x10 -> 24x20 -> 48x40, cropped.
"""

from collections.abc import Sequence
from typing import Any

from keras import Input, Model, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.networks import norms
from keras_gan_zoo.networks.blocks import LAST, crop, first_grid, normal
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    halved,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape


def default_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """Generator widths, one per stage, which halve towards the image.

    Stages are added until the first grid is 7 or less: (128, 64) at 28x28,
    (256, 128, 64) at 32x32, and the paper's (1024, 512, 256, 128) at 64x64. Larger
    images have the paper's 1024 too, and their last stages are down to 32 wide.
    """
    stages = stages_from(7, check_image_shape(image_shape))
    return halved(64 * 2 ** (stages - 1) if stages < 4 else 1024, stages)


def earlier_widths(config: dict[str, Any]) -> dict[str, Any]:
    """The default widths of version 0.1, whose files do not have the networks.

    Args:
        config: dict, a family's configuration.
    """
    stages = stages_from(7, check_image_shape(config["image_shape"]))
    last = 64 if stages < 4 else 128
    widths = tuple(last * 2**i for i in reversed(range(stages)))
    defaults = {"generator_widths": widths, "discriminator_widths": widths[::-1]}
    return {name: config.get(name) or value for name, value in defaults.items()}


def convolutional_generator(
    image_shape: ImageShape,
    latent_dim: int = 100,
    widths: Sequence[int] | None = None,
    kernel_size: int = 5,
    use_bias: bool = True,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)` in [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of each grid before the image; by default `default_widths`.
        kernel_size: int, the kernel size of the transposed convolutions.
        use_bias: bool, whether the last one has a bias.

    Returns:
        A functional `keras.Model`.

    Example:

    >>> convolutional_generator((45, 37, 3), widths=(16, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape))
    rows, columns = first_grid(image_shape, len(widths))

    latents = Input((latent_dim,), name="latents")
    x = layers.Dense(
        rows * columns * widths[0],
        use_bias=False,
        kernel_initializer=normal(),
        name="project",
    )(latents)
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    x = norms.normalization("batch", "norm_0")(x)
    x = layers.ReLU(name="relu_0")(x)
    for stage, filters in enumerate(widths[1:], start=1):
        x = layers.Conv2DTranspose(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=normal(),
            name=f"up_{stage}",
            **LAST,
        )(x)
        x = norms.normalization("batch", f"norm_{stage}")(x)
        x = layers.ReLU(name=f"relu_{stage}")(x)
    x = layers.Conv2DTranspose(
        image_shape[2],
        kernel_size,
        strides=2,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=normal(),
        name="to_image",
        **LAST,
    )(x)
    x = crop(x, image_shape)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def convolutional_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    kernel_size: int = 5,
    normalization: str | None = "batch",
    constraint: Any = None,
    packed: int = 1,
    use_bias: bool = True,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` in [-1, 1] -> logits `(n, 1)`.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each stage; by default the generator's, reversed.
        kernel_size: int, the kernel size of the convolutions, which have stride 2.
        normalization: `"batch"`, `"layer"` or `None`, in all stages but the first.
        constraint: a Keras constraint on every weight, including biases and norm
            scales.
        packed: int, how many images are stacked along the channels (PacGAN).
        use_bias: bool, whether layers without a norm have a bias.

    Returns:
        A functional `keras.Model`.

    Example:

    >>> convolutional_discriminator((45, 37, 3), widths=(8, 16)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape)[::-1])

    height, width, channels = image_shape
    images = Input((height, width, packed * channels), name="images")
    x = images
    for stage, filters in enumerate(widths):
        normalized = stage > 0 and normalization is not None
        x = layers.Conv2D(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=use_bias and not normalized,
            kernel_initializer=normal(),
            kernel_constraint=constraint,
            bias_constraint=constraint if use_bias and not normalized else None,
            name=f"down_{stage}",
            **LAST,
        )(x)
        if normalized:
            x = norms.normalization(normalization, f"norm_{stage}", constraint)(x)
        x = layers.LeakyReLU(0.2, name=f"leaky_relu_{stage}")(x)
    x = layers.Flatten(name="flatten", **LAST)(x)
    logits = layers.Dense(
        1,
        use_bias=use_bias,
        kernel_initializer=normal(),
        kernel_constraint=constraint,
        bias_constraint=constraint if use_bias else None,
        dtype="float32",
        name="logits",
    )(x)
    return Model(images, logits, name=name)
