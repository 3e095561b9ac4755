"""BigGAN-deep's networks (Brock et al. 2019, arXiv:1809.11096, B.1), for any size.

The defaults are the paper's at 128x128 and above, with 128 channels; at 32x32 those of
StudioGAN.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from keras import Input, Model, layers

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import (
    GlobalSumPooling2D,
    TabulatedBatchNormalization,
    TruncationShares,
)
from keras_gan_zoo.networks import biggan
from keras_gan_zoo.networks.biggan import (
    STYLE,
    embedded_labels,
    first_channels,
    to_image,
)
from keras_gan_zoo.networks.blocks import LAST, Style, first_grid
from keras_gan_zoo.networks.heads import Head, with_head
from keras_gan_zoo.networks.norms import modulated, plain
from keras_gan_zoo.networks.shapes import (
    check_downsample,
    check_image_shape,
    check_widths,
    halvings_to,
)
from keras_gan_zoo.typing import ImageShape, Tensor

WIDTH = 128
TABLES = 51  #: of moments, for truncations 0, 0.02, ..., 1
STATISTICS = ("published", "interpolated")


def default_generator_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of the first grid, then of each pair of blocks.

    4 times 512 up to 32x32, (2048, 2048, 1024, 512, 256, 128) at 128x128.
    """
    return biggan.default_generator_widths(image_shape, WIDTH)


def default_discriminator_widths(
    image_shape: ImageShape, convolved: bool = False
) -> tuple[int, ...]:
    """The channels of the first convolution, then of each pair of blocks.

    4 times 512 up to 32x32, or 128 and 3 times 512 with `convolved` shortcuts;
    (128, 256, 512, 1024, 2048, 2048) at 128x128.
    """
    if len(default_generator_widths(image_shape)) == 4:
        return (WIDTH if convolved else 4 * WIDTH, *(4 * WIDTH,) * 3)
    return biggan.default_discriminator_widths(image_shape, WIDTH)


def default_downsample(pairs: int) -> tuple[bool, ...]:
    """Which pairs of the discriminator halve the image.

    The first two of up to three, else all.
    """
    return tuple(i < 2 or pairs > 3 for i in range(pairs))


def tabulated(
    condition: Tensor, epsilon: float, style: Style, statistics: str
) -> tuple[Tensor, Callable, Callable]:
    """The input `truncation`, `modulated` with tables of moments, and `plain`."""
    if statistics not in STATISTICS:
        raise ValueError(
            f"`statistics` must be one of {STATISTICS} or None. "
            f"Received: statistics={statistics!r}"
        )
    truncation = Input((), name="truncation")
    shares = TruncationShares(TABLES, statistics == "published", name="shares")(
        truncation
    )
    norm = partial(TabulatedBatchNormalization, TABLES, epsilon=epsilon)

    def modulate(x, name):
        gain, bias = (
            style.dense(condition, x.shape[-1], f"{name}_{part}", use_bias=False)
            for part in ("gain", "bias")
        )
        return norm(center=False, scale=False, name=name)(x, shares, gain, bias)

    return truncation, modulate, lambda x, name: norm(name=name)(x, shares)


def deep_up(
    x: Tensor,
    width: int,
    double: bool,
    normalize: Callable[[Tensor, str], Tensor],
    name: str,
    style: Style,
    convolved: bool = False,
) -> Tensor:
    """The generator's bottleneck block: 1x1, 3x3, 3x3, 1x1.

    Batch norm and ReLU are before each convolution. The shortcut keeps the first
    `width` channels.

    Args:
        x: tensor `(n, height, width, channels)`.
        width: int, channels of the output, at most those of `x`.
        double: bool, whether rows and columns double, before the first 3x3.
        normalize: function of a tensor and a layer's name.
        name: str, a prefix of the layers' names.
        style: of the convolutions.
        convolved: bool: the shortcut is a 1x1 convolution instead.
    """

    def up(x, which):
        if not double:
            return x
        return layers.UpSampling2D(2, name=f"{name}_{which}", **LAST)(x)

    shortcut = up(x if convolved else first_channels(x, width), "shortcut_up")
    if convolved:
        shortcut = style.convolution(shortcut, width, 1, f"{name}_shortcut")
    hidden = max(1, x.shape[-1] // 4)
    for i, (channels, size) in enumerate(
        ((hidden, 1), (hidden, 3), (hidden, 3), (width, 1)), start=1
    ):
        x = layers.ReLU(name=f"{name}_relu_{i}")(normalize(x, f"{name}_norm_{i}"))
        x = up(x, "up") if i == 2 else x
        x = style.convolution(x, channels, size, f"{name}_conv_{i}")
    return layers.Add(name=f"{name}_add")([x, shortcut])


def deep_down(
    x: Tensor,
    width: int,
    halve: bool,
    name: str,
    style: Style,
    activated: bool = False,
    convolved: bool = False,
) -> Tensor:
    """The discriminator's bottleneck block: 1x1, 3x3, 3x3, 1x1.

    A ReLU is before each convolution. A 1x1 of the shortcut makes the channels that
    are missing.

    Args:
        x: tensor `(n, height, width, channels)`.
        width: int, channels of the output, at least those of `x`.
        halve: bool, whether rows and columns are halved, before the last 1x1.
        name: str, a prefix of the layers' names.
        style: of the convolutions.
        activated: see `blocks.residual_down`.
        convolved: bool: where the shape changes, the shortcut is a 1x1 convolution
            instead.
    """

    def mean(x, which):
        if not halve:
            return x
        pool = layers.AveragePooling2D(
            2, padding="same", name=f"{name}_{which}", **LAST
        )
        return pool(x)

    h = layers.ReLU(name=f"{name}_relu_1")(x)
    shortcut = mean(h if activated else x, "shortcut_mean")
    missing = width - x.shape[-1]
    if convolved and (halve or missing):
        shortcut = style.convolution(shortcut, width, 1, f"{name}_shortcut")
    elif missing:
        more = style.convolution(shortcut, missing, 1, f"{name}_shortcut")
        shortcut = layers.Concatenate(name=f"{name}_join")([shortcut, more])
    hidden = max(1, width // 4)
    for i, size in enumerate((1, 3, 3), start=1):
        h = style.convolution(h, hidden, size, f"{name}_conv_{i}")
        h = layers.ReLU(name=f"{name}_relu_{i + 1}")(h)
    h = style.convolution(mean(h, "mean"), width, 1, f"{name}_conv_4")
    return layers.Add(name=f"{name}_add")([h, shortcut])


def biggan_deep_generator(
    image_shape: ImageShape,
    latent_dim: int = 128,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    embedding_dim: int = 128,
    attention: int | None = 64,
    class_first: bool = False,
    convolved: bool = False,
    epsilon: float = 1e-5,
    to_image_width: int = 0,
    statistics: str | None = None,
    regularizer: Any = None,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` and labels `(n,)` -> images in [-1, 1].

    All latents, with the embedding of the class, make the first grid and enter every
    batch norm but the last. Every convolution and linear map is spectrally normalized.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of the first grid, then of each pair of residual blocks, which
            doubles the grid; they must not grow. By default
            `default_generator_widths`.
        num_classes: int or None.
        embedding_dim: int, the size of the classes' embedding.
        attention: see `biggan_generator`.
        class_first: bool: the embedding comes before the latents, as in StudioGAN, or
            after them, as in DeepMind's networks.
        convolved: bool: shortcuts are 1x1 convolutions instead of dropping channels, as
            in PyTorch-StudioGAN's own variant.
        epsilon: float, of batch norm; 1e-4 in DeepMind's networks and StudioGAN.
        to_image_width: int, channels of the last convolution, if there are more than
            the image has: DeepMind's networks make 128 and use three.
        statistics: None; or batch norm has tables of moments for 51 truncations, as
            DeepMind's networks have, and the network also takes `truncation`, `(n,)`:
            `"published"` picks from them as pytorch-pretrained-BigGAN does,
            `"interpolated"` mends what it does between two of them. See
            `layers.TruncationShares`.
        regularizer: of all kernels, such as `layers.Orthogonality()`, or None.
        name: str.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `latents` and
        `labels`.

    Example:

    >>> biggan_deep_generator((45, 37, 3), widths=(16, 8, 8)).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or default_generator_widths(image_shape)
    widths = check_widths("widths", widths)
    if not convolved:
        _check_order(widths[::-1], widths, "grow")
    style = STYLE._replace(regularizer=regularizer)
    pairs = len(widths) - 1
    halvings = halvings_to(attention, image_shape)
    latents = condition = Input((latent_dim,), name="latents")
    labels, embedded = embedded_labels(num_classes, embedding_dim, style)
    if embedded is not None:
        parts = [embedded, latents] if class_first else [latents, embedded]
        condition = layers.Concatenate(name="condition")(parts)
    rows, columns = first_grid(image_shape, pairs)
    x = style.dense(condition, rows * columns * widths[0], "project")
    x = layers.Reshape((rows, columns, widths[0]), name="reshape")(x)
    normalize, last = modulated(condition, epsilon, style), plain(epsilon)
    truncation = None
    if statistics is not None:
        truncation, normalize, last = tabulated(condition, epsilon, style, statistics)
    if pairs == halvings:
        x = style.attention(x, "attention")
    for i, width in enumerate(widths[1:]):
        x = deep_up(x, x.shape[-1], False, normalize, f"same_{i}", style, convolved)
        x = deep_up(x, width, True, normalize, f"up_{i}", style, convolved)
        if pairs - (i + 1) == halvings:
            x = style.attention(x, "attention")
    images = to_image(x, image_shape, last, style, to_image_width)
    named = {"latents": latents, "labels": labels, "truncation": truncation}
    named = {key: value for key, value in named.items() if value is not None}
    return Model(named if len(named) > 1 else latents, images, name=name)


def biggan_deep_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    downsample: Sequence[bool] | None = None,
    num_classes: int | None = None,
    head: Head | None = None,
    attention: int | None = 64,
    activated: bool = False,
    convolved: bool = False,
    name: str = "discriminator",
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    Every layer is spectrally normalized. The features are summed over the last grid.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels of the first convolution, then of each pair of residual
            blocks; they must not shrink. By default `default_discriminator_widths`.
        downsample: bools, which pairs halve the image; by default
            `default_downsample`.
        num_classes: int or None.
        head: see `biggan_discriminator`.
        attention: see `biggan_generator`.
        activated: see `biggan_discriminator`.
        convolved: bool: shortcuts are 1x1 convolutions where the shape changes, instead
            of adding channels, as in PyTorch-StudioGAN's own variant.
        name: str.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Example:

    >>> biggan_deep_discriminator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = native(widths) or default_discriminator_widths(image_shape, convolved)
    widths = check_widths("widths", widths)
    if not convolved:
        _check_order(widths, widths, "shrink")
    pairs = len(widths) - 1
    downsample = check_downsample(downsample or default_downsample(pairs), pairs)
    halvings, done = halvings_to(attention, image_shape), 0
    images = Input(image_shape, name="images")
    x = STYLE.convolution(images, widths[0], 3, "from_image")
    for i, (width, down) in enumerate(zip(widths[1:], downsample, strict=True)):
        x = deep_down(x, width, down, f"down_{i}", STYLE, activated, convolved)
        x = deep_down(x, width, False, f"same_{i}", STYLE, activated, convolved)
        done += down
        if down and done == halvings:
            x = STYLE.attention(x, "attention")
    x = layers.ReLU(name="relu")(x)
    features = GlobalSumPooling2D(dtype="float32", name="features")(x)
    return with_head(images, features, head, num_classes, STYLE, name)


def _check_order(rising, widths, word):
    if list(rising) != sorted(rising):
        raise ValueError(
            f"`widths` must not {word}: a shortcut drops channels in the generator and "
            f"adds some in the discriminator. Received: widths={widths}"
        )
