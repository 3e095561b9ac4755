"""StyleGAN2's networks, for any image size.

Those of Karras et al. 2020 (arXiv:1912.04958, appendix B) and of StyleGAN2-ADA (Karras
et al. 2020, arXiv:2006.06676): a mapping network, a synthesis network with modulated
convolutions and images summed over all sizes, a residual discriminator.
"""

import math
from collections.abc import Sequence
from typing import Any

from keras import Input, Model, layers, ops

from keras_gan_zoo.configs import native
from keras_gan_zoo.layers import (
    BiasActivation,
    EqualizedLearningRate,
    FIRResampling2D,
    FreshLatents,
    LatentAverage,
    LearnedConstant,
    MinibatchStandardDeviation,
    ModulatedConv2D,
    NoiseInjection,
    PixelNormalization,
    StyleMixing,
    Tap,
)
from keras_gan_zoo.networks.blocks import (
    LAST,
    Style,
    crop,
    first_grid,
    labels_input,
)
from keras_gan_zoo.networks.heads import Head, with_head
from keras_gan_zoo.networks.shapes import (
    check_image_shape,
    check_widths,
    inverse,
    stages_from,
)
from keras_gan_zoo.typing import ImageShape

CLAMP = 256.0  #: of activations, which keeps them in the range of float16
FLOAT32: dict[str, Any] = {"dtype": "float32"}


class Equalized(Style):
    """The style of a head's layers."""

    def normalized(self, layer: layers.Layer) -> layers.Layer:
        dtype = layer.dtype_policy
        return EqualizedLearningRate(layer, name=layer.name, dtype=dtype)


def default_widths(image_shape: ImageShape) -> tuple[int, ...]:
    """The channels of the first grid, at most 4x4, and after each doubling.

    `min(base / size, 512)` at a grid of `size`, with the base 16384 for images below
    512 pixels and 32768 from there on: NVIDIA's "auto" and, at these sizes, "paper".

    Example:

    >>> default_widths((64, 64, 3))
    (512, 512, 512, 512, 256)
    """
    stages = stages_from(4, check_image_shape(image_shape))
    base = 32768 if max(image_shape[:2]) >= 512 else 16384
    return inverse(base, stages)


def stylegan2_generator(
    image_shape: ImageShape,
    latent_dim: int = 512,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    mapping_width: int = 512,
    mapping_layers: int = 2,
    style_mixing: float = 0.9,
    clamp: float | None = CLAMP,
    name: str = "generator",
) -> Model:
    """Latents `(n, latent_dim)` and labels `(n,)` -> images, about in [-1, 1].

    It is made of two models, its layers `"mapping"`: latents -> w, and `"synthesis"`:
    one w for each of its layers, `(n, 2 * len(widths), mapping_width)`, -> images.
    Between them a `LatentAverage`, a `StyleMixing` and a `Tap` at w.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        latent_dim: int.
        widths: channels of the first grid, then after each doubling; by default
            `default_widths`.
        num_classes: int or None.
        mapping_width: int, the size of w, and units of the mapping network.
        mapping_layers: int.
        style_mixing: float, how often a training batch is made from two latents.
        clamp: float, the limit of activations, or None.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `latents` and
        `labels`.

    Example:

    >>> stylegan2_generator((45, 37, 3), widths=(8, 8), mapping_width=8).output_shape
    (None, 45, 37, 3)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape))
    mapping = _mapping_network(latent_dim, num_classes, mapping_width, mapping_layers)
    synthesis = _synthesis_network(image_shape, widths, mapping_width, clamp)

    latents = Input((latent_dim,), name="latents")
    inputs: Any = latents
    other = FreshLatents(name="other_latents", **FLOAT32)(latents)
    if num_classes is not None:
        labels = labels_input()
        inputs = {"latents": latents, "labels": labels}
        other = {"latents": other, "labels": labels}
    w = LatentAverage(name="average", **FLOAT32)(mapping(inputs))
    mixing = StyleMixing(2 * len(widths), style_mixing, name="mixing", **FLOAT32)
    ws = Tap(name="w", **FLOAT32)(mixing(w, mapping(other)))
    return Model(inputs, synthesis(ws), name=name)


def stylegan2_discriminator(
    image_shape: ImageShape,
    widths: Sequence[int] | None = None,
    num_classes: int | None = None,
    residual: bool = True,
    group_size: int | None = 4,
    label_layers: int = 8,
    clamp: float | None = CLAMP,
    name: str = "discriminator",
    *,
    head: Head | None = None,
) -> Model:
    """Images `(n, *image_shape)` and labels `(n,)` -> logits `(n, 1)`.

    With classes the logit is the inner product of the features and the label, which
    has a mapping network of its own.

    Args:
        image_shape: `(height, width, channels)`, any size, 1 to 4 channels.
        widths: channels at the size of the image, then after each halving; by default
            `default_widths`, reversed.
        num_classes: int or None.
        residual: bool; False is the architecture "orig", NVIDIA's for CIFAR-10.
        group_size: int or None, images in a group of `MinibatchStandardDeviation`.
        label_layers: int, of the labels' mapping network.
        clamp: float, the limit of activations, or None.
        head: what stands on the features in place of that (see `heads`), or None.

    Returns:
        A functional `keras.Model`; with classes it takes a dict of `images` and
        `labels`.

    Example:

    >>> stylegan2_discriminator((45, 37, 3), widths=(8, 8)).output_shape
    (None, 1)
    """
    image_shape = check_image_shape(image_shape)
    widths = check_widths("widths", native(widths) or default_widths(image_shape)[::-1])
    images = Input(image_shape, name="images")
    x = _convolution(images, widths[0], 1, "from_image", clamp)
    for i, width in enumerate(widths[1:]):
        x = _block_down(x, width, residual, f"down_{i}", clamp)
    x = MinibatchStandardDeviation(group_size, name="deviation", **FLOAT32)(x)
    x = _convolution(x, widths[-1], 3, "conv", clamp, **FLOAT32)
    x = layers.Flatten(name="flatten", **LAST)(x)
    x = _activation("dense_activation", bias=False, **FLOAT32)(
        _dense(widths[-1], "dense")(x)
    )
    if head is not None:
        return with_head(images, x, head, num_classes, Equalized(), name)
    if num_classes is None:
        return Model(images, _dense(1, "logits")(x), name=name)
    labels, size = labels_input(), widths[-1]
    wanted = _embedded(labels, num_classes, size)
    wanted = _fully_connected(wanted, size, label_layers)
    x = layers.Dot(1, name="product", **FLOAT32)([_dense(size, "features")(x), wanted])
    logits = layers.Rescaling(1 / math.sqrt(size), name="logits", **FLOAT32)(x)
    return Model({"images": images, "labels": labels}, logits, name=name)


# === Mapping ===


def _mapping_network(latent_dim, num_classes, width, depth):
    inputs = latents = Input((latent_dim,), name="latents")
    x = PixelNormalization(name="normalize", **FLOAT32)(latents)
    if num_classes is not None:
        labels = labels_input()
        inputs = {"latents": latents, "labels": labels}
        y = _embedded(labels, num_classes, width)
        x = layers.Concatenate(name="join", **FLOAT32)([x, y])
    return Model(inputs, _fully_connected(x, width, depth), name="mapping")


def _embedded(labels, num_classes, width):
    """A linear map of one-hot labels, as a table and a bias, normalized."""
    table = layers.Embedding(num_classes, width, name="embedding", **FLOAT32)
    x = EqualizedLearningRate(table, name="embedding", **FLOAT32)(labels)
    x = BiasActivation(1.0, 1.0, name="embedding_bias", **FLOAT32)(x)
    return PixelNormalization(name="normalize_label", **FLOAT32)(x)


def _fully_connected(x, width, depth):
    for i in range(depth):
        x = _dense(width, f"map_{i}", multiplier=0.01)(x)
        x = _activation(f"map_{i}_activation", bias=False, **FLOAT32)(x)
    return x


# === Synthesis ===


def _synthesis_network(image_shape, widths, w_width, clamp):
    """The image of each grid reads the w of the next grid's first convolution."""
    rows, columns = first_grid(image_shape, len(widths) - 1)
    ws = Input((2 * len(widths), w_width), name="ws")
    styles = ops.unstack(ws, axis=1)
    x = LearnedConstant((rows, columns, widths[0]), name="constant")(ws)
    image = None
    for i, width in enumerate(widths):
        if i:
            x = _styled(x, styles[2 * i - 1], width, f"grid_{i}_up", clamp, True)
            image = FIRResampling2D(up=2, name=f"image_{i}_up", **FLOAT32)(image)
        x = _styled(x, styles[2 * i], width, f"grid_{i}", clamp)
        style = styles[2 * i + 1]
        added = _to_image(x, style, image_shape[2], f"image_{i}", clamp)
        image = (
            layers.Add(name=f"image_{i}_sum", **FLOAT32)([image, added]) if i else added
        )
    return Model(ws, crop(image, image_shape), name="synthesis")


def _style(w, width, name):
    layer = _dense(width, f"{name}_style", bias_initializer="ones")
    return layer(w)


def _styled(x, w, width, name, clamp, upsample=False):
    """A modulated convolution, noise, bias and leaky ReLU."""
    style = _style(w, x.shape[-1], name)
    x = ModulatedConv2D(width, 3, upsample, name=f"{name}_conv")(x, style)
    if upsample:
        around = ((1, 1), (1, 1))
        x = FIRResampling2D(padding=around, gain=4.0, name=f"{name}_filter")(x)
    x = NoiseInjection(name=f"{name}_noise")(x)
    return _activation(f"{name}_activation", limit=clamp)(x)


def _to_image(x, w, channels, name, clamp):
    style = _style(w, x.shape[-1], name)
    x = ModulatedConv2D(channels, 1, demodulate=False, name=f"{name}_conv")(x, style)
    return BiasActivation(1.0, 1.0, clamp, name=f"{name}_bias", dtype="float32")(x)


# === Discriminator ===


def _block_down(x, width, residual, name, clamp):
    gain = math.sqrt(0.5) if residual else 1.0
    skip = x
    y = _convolution(x, x.shape[-1], 3, f"{name}_conv_1", clamp)
    y = _convolution(y, width, 3, f"{name}_conv_2", clamp, True, gain)
    if not residual:
        return y
    skip = FIRResampling2D(down=2, name=f"{name}_skip_filter")(skip)
    conv = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_skip", **LAST)
    skip = EqualizedLearningRate(conv, gain, name=f"{name}_skip")(skip)
    return layers.Add(name=f"{name}_sum")([skip, y])


def _convolution(x, width, size, name, clamp, down=False, gain=1.0, **dtype):
    """A convolution, bias and leaky ReLU; `down` filters and halves before."""
    if down:
        around = tuple((2, 2 + size % 2) for size in x.shape[1:3])
        x = FIRResampling2D(padding=around, name=f"{name}_filter", **dtype)(x)
    conv = layers.Conv2D(
        width,
        size,
        strides=2 if down else 1,
        padding="valid" if down else "same",
        use_bias=False,
        name=name,
        **LAST,
        **dtype,
    )
    x = EqualizedLearningRate(conv, name=name, **dtype)(x)
    limit = None if clamp is None else clamp * gain
    return _activation(f"{name}_activation", gain, limit, **dtype)(x)


# === Both ===


def _dense(units, name, multiplier=1.0, bias_initializer="zeros"):
    dense = layers.Dense(units, bias_initializer=bias_initializer, name=name, **FLOAT32)
    return EqualizedLearningRate(dense, multiplier=multiplier, name=name, **FLOAT32)


def _activation(
    name: str,
    gain: float = 1.0,
    limit: float | None = None,
    bias: bool = True,
    **dtype: Any,
) -> BiasActivation:
    return BiasActivation(
        0.2, math.sqrt(2) * gain, limit, use_bias=bias, name=name, **dtype
    )
