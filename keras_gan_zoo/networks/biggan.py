"""BigGAN's networks (Brock et al. 2019, arXiv:1809.11096, appendix B), for any size.

The defaults are the paper's at 128x128 and above, with 96 channels; at 64x64 those of
the authors' code, at 32x32 those of StudioGAN.
"""

from collections.abc import Sequence
from typing import Any

from keras import Input, Model, layers, ops

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import (
    GlobalSumPooling2D,
)
from keras_gan_zoo.networks.blocks import (
    PLAIN,
    Style,
    crop,
    first_grid,
    labels_input,
    orthogonal,
    residual_down,
    residual_up,
)
from keras_gan_zoo.networks.heads import Head, with_head
from keras_gan_zoo.networks.norms import Normalize, modulated, plain
from keras_gan_zoo.networks.shapes import (
    check_downsample,
    check_image_shape,
    check_widths,
    halvings_to,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape, Tensor

#: both networks' layers
STYLE = Style(orthogonal, spectral=True, epsilon=1e-6)

_GENERATOR = {
    3: (4, 4, 4, 4),
    4: (16, 16, 8, 4, 2),
    5: (16, 16, 8, 4, 2, 1),
    6: (16, 16, 8, 8, 4, 2, 1),
    7: (16, 16, 8, 8, 4, 2, 1, 1),
}


def default_generator_widths(image_shape: ImageShape, width: int = 96) -> tuple:
    """The channels of the first grid, then of each block, for a `width` of 96.

    4 times 384 up to 32x32, (1536, 1536, 768, 384, 192) at 64x64,
    (1536, 1536, 768, 384, 192, 96) at 128x128.
    """
    blocks = max(3, stages_from(4, check_image_shape(image_shape)))
    known = min(blocks, max(_GENERATOR))
    factors = _GENERATOR[known] + (1,) * (blocks - known)
    return tuple(width * factor for factor in factors)


def default_discriminator_widths(image_shape: ImageShape, width: int = 96) -> tuple:
    """The channels of each block, for a `width` of 96.

    4 times 192 up to 32x32, (96, 192, 384, 768, 1536) at 64x64,
    (96, 192, 384, 768, 1536, 1536) at 128x128.
    """
    widths = default_generator_widths(image_shape, width)
    if len(widths) == 4:
        return (2 * width,) * 4
    if len(widths) == 5:  # the generator's are wider here
        return (width, *widths[:0:-1])
    return widths[::-1]


def default_downsample(blocks: int) -> tuple[bool, ...]:
    """Which blocks of the discriminator halve the image.

    The first two of up to four, else all but the last.
    """
    return tuple(i < (2 if blocks <= 4 else blocks - 1) for i in range(blocks))


def embedded_labels(
    num_classes: int | None, width: int, style: Style
) -> tuple[Tensor | None, Tensor | None]:
    """The labels' input and the shared embedding, which has no spectral norm."""
    if num_classes is None:
        return None, None
    labels = labels_input()
    plain = PLAIN._replace(initializer=style.initializer)
    return labels, plain.embedding(labels, num_classes, width, "embedding")


def to_image(
    x: Tensor,
    image_shape: tuple,
    normalize: Normalize,
    style: Style,
    width: int = 0,
) -> Tensor:
    """Batch norm, ReLU, 3x3 and tanh: the end of both generators.

    Args:
        x: tensor `(n, height, width, channels)`.
        image_shape: the result is cropped to it.
        normalize: function of a tensor and a layer's name, such as `norms.plain` makes.
        style: of the convolution.
        width: int, channels of the convolution, of which the first are the image's.
    """
    x = layers.ReLU(name="relu")(normalize(x, "norm"))
    x = style.convolution(x, max(width, image_shape[2]), 3, "to_image")
    x = crop(first_channels(x, image_shape[2]), image_shape)
    return layers.Activation("tanh", dtype="float32", name="images")(x)


def first_channels(x: Tensor, channels: int) -> Tensor:
    """The first channels of a tensor."""
    return x if x.shape[-1] == channels else ops.split(x, [channels], axis=-1)[0]


def biggan_generator(
    image_shape: ImageShape,
    chunk_dim: int = 20,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    embedding_dim: int = 128,
    attention: int | None = 64,
    epsilon: float = 1e-5,
    regularizer: Any = None,
    num_codes: int = 0,
    name: str = "generator",
) -> Model:
    """Latents `(n, chunks * chunk_dim + num_codes)` and labels -> images in [-1, 1].

    The latents come in equal chunks: the first makes the first grid, each other one
    enters a block's batch norms, after the embedding of the class, which all share.
    Every convolution and linear map is spectrally normalized.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        chunk_dim: int, latents in a chunk: there are as many chunks as widths.
        widths: channels of the first grid, then of each residual block, which doubles
            the grid; by default `default_generator_widths`.
        num_classes: int or None.
        embedding_dim: int, the size of the classes' embedding.
        attention: int or None: self-attention on the largest grid of at most so many
            rows and columns, and of at most half the image's.
        epsilon: float, of batch norm; 1e-4 in StudioGAN.
        regularizer: of all kernels, such as `layers.Orthogonality()`, or None.
        num_codes: int, how many of the latents, at their end, are codes (InfoGAN): a
            linear map of them, of size `embedding_dim`, enters all batch norms.
        name: str.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `latents` and
        `labels`.

    Example:

    >>> biggan_generator((45, 37, 3), widths=(16, 8, 8)).input_shape
    (None, 60)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or default_generator_widths(image_shape)
    widths = check_widths("widths", widths)
    style = STYLE._replace(regularizer=regularizer)
    stages = len(widths) - 1
    halvings = halvings_to(attention, image_shape)
    noise = chunk_dim * len(widths)
    latents = Input((noise + num_codes,), name="latents")
    labels, embedded = embedded_labels(num_classes, embedding_dim, style)
    common = [] if embedded is None else [embedded]
    z = latents
    if num_codes:
        z, codes = ops.split(latents, [noise], axis=-1)
        common.insert(0, style.dense(codes, embedding_dim, "codes"))
    first, *chunks = ops.split(z, len(widths), axis=-1)
    rows, columns = first_grid(image_shape, stages)
    x = style.dense(first, rows * columns * widths[0], "project")
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    if stages == halvings:
        x = style.attention(x, "attention")
    for i, (width, chunk) in enumerate(zip(widths[1:], chunks, strict=True)):
        condition = chunk
        if common:
            join = layers.Concatenate(name=f"up_{i}_condition")
            condition = join([*common, chunk])
        normalize = modulated(condition, epsilon, style)
        x = residual_up(x, width, normalize, f"up_{i}", style)
        if stages - (i + 1) == halvings:
            x = style.attention(x, "attention")
    images = to_image(x, image_shape, plain(epsilon), style)
    inputs = latents if labels is None else {"latents": latents, "labels": labels}
    return Model(inputs, images, name=name)


def biggan_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    downsample: Sequence[bool] | None = None,
    num_classes: int | None = None,
    head: Head | None = None,
    attention: int | None = 64,
    activated: bool = False,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    Every layer is spectrally normalized. The features are summed over the last grid.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of each residual block; by default
            `default_discriminator_widths`.
        downsample: bools, which blocks halve the image; by default
            `default_downsample`.
        num_classes: int or None.
        head: what stands on the features: see `heads`. By default a logit, with classes
            the projection.
        attention: see `biggan_generator`.
        activated: bool: shortcuts begin after the ReLU, as in StudioGAN, whose ReLU
            overwrites its input.
        name: str.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Example:

    >>> biggan_discriminator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or default_discriminator_widths(image_shape)
    widths = check_widths("widths", widths)
    blocks = len(widths)
    downsample = check_downsample(downsample or default_downsample(blocks), blocks)
    halvings, done = halvings_to(attention, image_shape), 0
    images = x = Input(image_shape, name="images")
    for i, (width, down) in enumerate(zip(widths, downsample, strict=True)):
        x = residual_down(
            x,
            width,
            down,
            f"block_{i}",
            first=i == 0,
            style=STYLE,
            wide=True,
            activated=activated,
        )
        done += down
        if down and done == halvings:
            x = STYLE.attention(x, "attention")
    x = layers.ReLU(name="relu")(x)
    features = GlobalSumPooling2D(dtype="float32", name="features")(x)
    return with_head(images, features, head, num_classes, STYLE, name)
