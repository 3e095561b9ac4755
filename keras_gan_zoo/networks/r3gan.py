"""R3GAN's networks, for any image size (Huang et al. 2024, section 4).

Residual blocks of grouped convolutions without normalization. A network of L blocks
begins with each block's weights scaled by L^(-1/4) and its last convolution at 0, as
Fixup has it. arXiv:2501.05441.
"""

import math
from collections.abc import Sequence

from keras import Input, Model, initializers, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import Basis2D, Conv2D, FIRResampling2D
from keras_gan_zoo.networks.blocks import LAST, crop, first_grid, labels_input
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    halved,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape, Tensor

#: keeps the variance through LeakyReLU 0.2; in the weights, not in the forward pass
GAIN = math.sqrt(2 / (1 + 0.2**2))


def scaled(gain: float = 1.0) -> initializers.Initializer:
    """N(0, gain^2 / fan in), not truncated."""
    if not gain:
        return initializers.Zeros()
    return initializers.VarianceScaling(gain**2, "fan_in", "untruncated_normal")


def default_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of each grid, from 4x4 or less to the image.

    768 up to 32x32, then half of it from grid to grid: (768, 768, 768, 768) at 32x32,
    with 384 at 64x64, with 384, 192, 96 at 256x256.
    """
    doublings = stages_from(4, check_image_shape(image_shape), least=0)
    wide = min(doublings + 1, 4)
    return (768,) * wide + halved(384, doublings + 1 - wide)


def convolution(
    x: Tensor,
    width: int,
    size: int,
    gain: float,
    name: str,
    groups: int = 1,
    bias: bool = False,
) -> Tensor:
    return Conv2D(
        width,
        size,
        padding="same",
        groups=groups,
        use_bias=bias,
        kernel_initializer=scaled(gain),
        name=name,
        **LAST,
    )(x)


def residual(x: Tensor, group_size: int, gain: float, name: str) -> Tensor:
    """1x1 to twice the width, 3x3 in groups, 1x1 back, added to the input.

    A bias and LeakyReLU 0.2 follow the first two (figure 3). What is narrower than a
    group is one.
    """
    width = x.shape[-1]
    groups, rest = divmod(2 * width, min(group_size, 2 * width))
    if rest:
        raise ValueError(
            "Twice each width must be a multiple of `group_size`, or less than it. "
            f"Received: width={width}, group_size={group_size}"
        )
    y = convolution(x, 2 * width, 1, gain, f"{name}_expand", bias=True)
    y = layers.LeakyReLU(0.2, name=f"{name}_leaky_relu_1")(y)
    y = convolution(y, 2 * width, 3, gain, f"{name}_groups", groups, bias=True)
    y = layers.LeakyReLU(0.2, name=f"{name}_leaky_relu_2")(y)
    y = convolution(y, width, 1, 0.0, f"{name}_reduce")
    return layers.Add(name=f"{name}_add")([x, y])


def embedded(num_classes: int, dim: int, gain: float = 1.0) -> tuple[Tensor, Tensor]:
    """Labels, and a learned vector for each."""
    labels = labels_input()
    table = layers.Embedding(
        num_classes,
        dim,
        embeddings_initializer=scaled(gain),
        dtype="float32",
        name="embedding",
    )
    return labels, table(labels)


def r3gan_generator(
    image_shape: ImageShape,
    latent_dim: int = 64,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    embedding_dim: int = 64,
    group_size: int = 16,
    blocks: int = 2,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` and labels `(n,)` -> images about [-1, 1].

    There is no `tanh`: images may be beyond [-1, 1].

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of each grid, each twice as large as the one before; by
            default `default_widths`.
        num_classes: int or None.
        embedding_dim: int, the numbers that a label adds to the latents.
        group_size: int, the channels of a group of the 3x3 convolutions: 16, and 32
            in the networks for ImageNet.
        blocks: int, residual blocks for each grid.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `latents` and
        `labels`.

    Raises:
        ValueError: twice a width is above the group size, and no multiple of it.

    Example:

    >>> r3gan_generator((45, 37, 3), widths=(16, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape))
    gain = GAIN * (blocks * len(widths)) ** -0.25
    latents = x = Input((latent_dim,), name="latents")
    if num_classes is not None:
        labels, vectors = embedded(num_classes, embedding_dim)
        x = layers.Concatenate(name="with_label")([latents, vectors])
    x = layers.Dense(
        widths[0], use_bias=False, kernel_initializer=scaled(), name="project"
    )(x)
    x = Basis2D(first_grid(image_shape, len(widths) - 1), name="basis")(x)
    for i, width in enumerate(widths):
        if x.shape[-1] != width:
            x = convolution(x, width, 1, 1.0, f"stage_{i}_project")
        if i:
            x = FIRResampling2D(up=2, name=f"stage_{i}_up")(x)
        for j in range(blocks):
            x = residual(x, group_size, gain, f"stage_{i}_block_{j}")
    x = crop(convolution(x, image_shape[2], 1, 1.0, "to_image"), image_shape)
    images = layers.Activation("linear", dtype="float32", name="images")(x)
    inputs = latents if num_classes is None else {"latents": latents, "labels": labels}
    return Model(inputs, images, name=name)


def r3gan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    group_size: int = 16,
    blocks: int = 2,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    The generator upside down. With classes its last layer has as many outputs as the
    last grid has channels, and the logit is their inner product with the label's
    vector.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each grid, each half as large as the one before; by
            default `default_widths`, reversed.
        num_classes: int or None.
        group_size: see `r3gan_generator`.
        blocks: see `r3gan_generator`.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Raises:
        ValueError: twice a width is above the group size, and no multiple of it.

    Example:

    >>> r3gan_discriminator((45, 37, 3), widths=(8, 16)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape)[::-1])
    gain = GAIN * (blocks * len(widths)) ** -0.25
    images = x = Input(image_shape, name="images")
    x = convolution(x, widths[0], 1, 1.0, "from_image")
    for i, width in enumerate(widths):
        if i:
            x = FIRResampling2D(down=2, name=f"stage_{i}_down")(x)
        if x.shape[-1] != width:
            x = convolution(x, width, 1, 1.0, f"stage_{i}_project")
        for j in range(blocks):
            x = residual(x, group_size, gain, f"stage_{i}_block_{j}")
    rows, columns = x.shape[1:3]
    x = layers.DepthwiseConv2D(
        (rows, columns),
        use_bias=False,
        depthwise_initializer=initializers.RandomNormal(
            stddev=1 / math.sqrt(rows * columns)
        ),
        name="basis",
        **LAST,
    )(x)
    x = layers.Flatten(name="flatten", **LAST)(x)
    dim = 1 if num_classes is None else widths[-1]
    x = layers.Dense(
        dim,
        use_bias=False,
        kernel_initializer=scaled(),
        dtype="float32",
        name="logits" if num_classes is None else "features",
    )(x)
    if num_classes is None:
        return Model(images, x, name=name)
    labels, vectors = embedded(num_classes, dim, 1 / math.sqrt(dim))
    logits = layers.Dot(1, dtype="float32", name="logits")([x, vectors])
    return Model({"images": images, "labels": labels}, logits, name=name)
