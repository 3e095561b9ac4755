"""InfoGAN's MNIST networks, as in the authors' code (arXiv:1606.03657, appendix C.1).

4x4 convolutions of stride 2, weights N(0, 0.02), LeakyReLU 0.01; for any image size.
"""

from collections.abc import Sequence

from keras import Input, Model, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.networks.blocks import (
    LAST,
    batch_norm,
    doublings,
    first_grid,
    normal,
)
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    halved,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape


def default_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """Generator widths, one per stage, which halve towards the image.

    (128, 64) up to 32x32. For larger images there are more stages, from a grid of 8 or
    less with 256 channels.
    """
    stages = stages_from(8, check_image_shape(image_shape), least=2)
    return halved(128 if stages == 2 else 256, stages)


def info_gan_generator(
    image_shape: ImageShape,
    latent_dim: int = 74,
    widths: Sequence[int] | None = None,
    dense_width: int = 1024,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` -> images `(n, *image_shape)` in [-1, 1].

    It ends in a rescaled sigmoid.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int, noise and codes together.
        widths: channels of each grid before the image; by default `default_widths`.
        dense_width: int, units of the layer before the first grid.

    Returns:
        A functional `keras.Model`.

    Example:

    >>> info_gan_generator((28, 28, 1)).output_shape
    (None, 28, 28, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape))
    rows, columns = first_grid(image_shape, len(widths))

    latents = Input((latent_dim,), name="latents")
    x = layers.Dense(dense_width, kernel_initializer=normal(), name="dense")(latents)
    x = layers.ReLU(name="relu")(batch_norm(x, "norm"))
    x = layers.Dense(
        rows * columns * widths[0], kernel_initializer=normal(), name="project"
    )(x)
    x = layers.ReLU(name="relu_0")(batch_norm(x, "norm_0"))
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    x = doublings(x, widths, image_shape, 4)
    x = layers.Activation("sigmoid", dtype="float32", name="sigmoid")(x)
    images = layers.Rescaling(2.0, offset=-1.0, dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def info_gan_discriminator(
    image_shape: ImageShape,
    num_codes: int = 12,
    widths: Sequence[int] | None = None,
    dense_width: int = 1024,
    code_width: int = 128,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` -> `logits` `(n, 1)`, `codes` `(n, num_codes)`.

    Both heads share one trunk.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_codes: int, the size of all codes: 1 for a continuous code, k for one with
            k classes.
        widths: channels of each stage of the trunk; by default the generator's,
            reversed.
        dense_width: int, units of the trunk's last layer.
        code_width: int, units of the layer before the codes.

    Returns:
        A functional `keras.Model` from images to a dict of two outputs.

    Example:

    >>> tuple(info_gan_discriminator((28, 28, 1)).output["codes"].shape)
    (None, 12)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape)[::-1])

    def dense(x, units, name, dtype=None):
        layer = layers.Dense(units, kernel_initializer=normal(), dtype=dtype, name=name)
        return layer(x)

    images = x = Input(image_shape, name="images")
    for stage, width in enumerate(widths):
        x = layers.Conv2D(
            width,
            4,
            strides=2,
            padding="same",
            kernel_initializer=normal(),
            name=f"down_{stage}",
            **LAST,
        )(x)
        if stage > 0:
            x = batch_norm(x, f"norm_{stage}")
        x = layers.LeakyReLU(0.01, name=f"leaky_relu_{stage}")(x)
    x = layers.Flatten(name="flatten", **LAST)(x)
    x = batch_norm(dense(x, dense_width, "dense"), "norm_dense")
    x = layers.LeakyReLU(0.01, name="leaky_relu_dense")(x)
    q = batch_norm(dense(x, code_width, "dense_codes"), "norm_codes")
    q = layers.LeakyReLU(0.01, name="leaky_relu_codes")(q)
    outputs = {
        "logits": dense(x, 1, "logits", "float32"),
        "codes": dense(q, num_codes, "codes", "float32"),
    }
    return Model(images, outputs, name=name)
