"""The CIFAR-10 networks of ACGAN (Odena et al. 2017, arXiv:1610.09585, appendix A).

For any image size, with a list of stages; 5x5 convolutions in the generator, 3x3 in the
discriminator, weights N(0, 0.02).
"""

from collections.abc import Sequence

from keras import Input, Model, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.networks.blocks import (
    LAST,
    batch_norm,
    doublings,
    first_grid,
    labels_input,
    normal,
)
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    halved,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape


def default_generator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of each grid before the image, which halve towards it.

    (384, 192, 96) up to 56x56; larger images start from the 768 of the paper's
    networks for ImageNet, with more stages, down to 48 wide.
    """
    stages = stages_from(7, check_image_shape(image_shape), least=3)
    return halved(384 if stages == 3 else 768, stages, least=48)


def default_discriminator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of each stage, of which every second halves the image.

    16 to 512 up to 128x128, as in the paper; two more of 512 for each doubling.
    """
    doubled = stages_from(128, check_image_shape(image_shape), least=0)
    return (16, 32, 64, 128, 256, 512) + (512, 512) * doubled


def acgan_generator(
    image_shape: ImageShape,
    num_classes: int,
    latent_dim: int = 100,
    widths: Sequence[int] | None = None,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` and labels `(n,)` -> images in [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        latent_dim: int, without the class.
        widths: channels of each grid before the image; by default
            `default_generator_widths`.

    Returns:
        A functional `keras.Model` of a dict of `latents` and `labels`.

    Example:

    >>> acgan_generator((32, 32, 3), num_classes=10).output_shape
    (None, 32, 32, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths(
        "widths", native(widths) or default_generator_widths(image_shape)
    )
    rows, columns = first_grid(image_shape, len(widths))
    units = rows * columns * widths[0]

    latents, labels = Input((latent_dim,), name="latents"), labels_input()
    # Equals the paper's linear layer of latents and a one-hot class, concatenated.
    of_class = layers.Embedding(
        num_classes, units, embeddings_initializer=normal(), name="project_labels"
    )(labels)
    x = layers.Dense(units, kernel_initializer=normal(), name="project")(latents)
    x = layers.Add(name="add")([x, of_class])
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    x = layers.ReLU(name="relu_0")(x)
    x = doublings(x, widths, image_shape, 5)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model({"latents": latents, "labels": labels}, images, name=name)


def acgan_discriminator(
    image_shape: ImageShape,
    num_classes: int,
    widths: Sequence[int] | None = None,
    dropout: float = 0.5,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` -> `logits` `(n, 1)`, `classes` `(n, num_classes)`.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        num_classes: int.
        widths: channels of each stage; the strides are 2, 1, 2, 1 and so on. By default
            `default_discriminator_widths`.
        dropout: float, after each stage.

    Returns:
        A functional `keras.Model` from images to a dict of two outputs, both logits.

    Example:

    >>> sorted(acgan_discriminator((32, 32, 3), num_classes=10).output)
    ['classes', 'logits']
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths(
        "widths", native(widths) or default_discriminator_widths(image_shape)
    )
    images = x = Input(image_shape, name="images")
    for stage, width in enumerate(widths):
        x = layers.Conv2D(
            width,
            3,
            strides=1 if stage % 2 else 2,
            padding="same",
            kernel_initializer=normal(),
            name=f"conv_{stage}",
            **LAST,
        )(x)
        if stage > 0:
            x = batch_norm(x, f"norm_{stage}")
        x = layers.LeakyReLU(0.2, name=f"leaky_relu_{stage}")(x)
        if dropout:
            x = layers.Dropout(dropout, seed=stage, name=f"dropout_{stage}")(x)
    x = layers.Flatten(name="flatten", **LAST)(x)
    outputs = {
        head: layers.Dense(
            units, kernel_initializer=normal(), dtype="float32", name=head
        )(x)
        for head, units in (("logits", 1), ("classes", num_classes))
    }
    return Model(images, outputs, name=name)
