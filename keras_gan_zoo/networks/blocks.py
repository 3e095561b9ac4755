"""Building blocks of several networks: functions from tensors to tensors.

Convolutions are channels last, whatever Keras' setting.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from keras import Input, initializers, layers

from keras_gan_zoo.layers import SelfAttention, SpectralNormalization
from keras_gan_zoo.typing import ImageShape, Tensor

#: for each layer with a data format
LAST = {"data_format": "channels_last"}


def normal(stddev: float = 0.02) -> initializers.Initializer:
    """The initializer of DCGAN and its followers, N(0, 0.02)."""
    return initializers.RandomNormal(stddev=stddev)


def glorot(gain: float = 1.0) -> initializers.Initializer:
    """Glorot's uniform initializer, with weights multiplied by a gain."""
    return initializers.VarianceScaling(gain**2, mode="fan_avg", distribution="uniform")


def orthogonal(gain: float = 1.0) -> initializers.Initializer:
    """Orthogonal weights, whatever the gain, as in BigGAN (Saxe et al. 2014)."""
    return initializers.Orthogonal()


class Style(NamedTuple):
    """How a network makes its layers.

    Attributes:
        initializer: function of a gain that returns an initializer of kernels.
        spectral: bool, whether kernels are spectrally normalized.
        epsilon: float, of `layers.SpectralNormalization`.
        regularizer: a Keras regularizer of kernels, or None.
        constraint: a Keras constraint on kernels, biases and embeddings, or None.
    """

    initializer: Callable[[float], Any] = glorot
    spectral: bool = False
    epsilon: float = 1e-12
    regularizer: Any = None
    constraint: Any = None

    def convolution(
        self,
        x: Tensor,
        width: int,
        size: int,
        name: str,
        gain: float = 1.0,
        use_bias: bool = True,
    ) -> Tensor:
        """A convolution of stride 1."""
        return self.normalized(
            layers.Conv2D(
                width,
                size,
                padding="same",
                use_bias=use_bias,
                kernel_initializer=self.initializer(gain),
                kernel_regularizer=self.regularizer,
                kernel_constraint=self.constraint,
                bias_constraint=self.constraint,
                name=name,
                **LAST,
            )
        )(x)

    def dense(
        self,
        x: Tensor,
        units: int,
        name: str,
        use_bias: bool = True,
        dtype: Any = None,
    ) -> Tensor:
        """A fully connected layer."""
        return self.normalized(
            layers.Dense(
                units,
                use_bias=use_bias,
                kernel_initializer=self.initializer(1.0),
                kernel_regularizer=self.regularizer,
                kernel_constraint=self.constraint,
                bias_constraint=self.constraint,
                dtype=dtype,
                name=name,
            )
        )(x)

    def embedding(
        self, labels: Tensor, num_classes: int, width: int, name: str, dtype: Any = None
    ) -> Tensor:
        """A vector `(n, width)` for each label; never regularized."""
        return self.normalized(
            layers.Embedding(
                num_classes,
                width,
                embeddings_initializer=self.initializer(1.0),
                embeddings_constraint=self.constraint,
                dtype=dtype,
                name=name,
            )
        )(labels)

    def attention(self, x: Tensor, name: str) -> Tensor:
        """Self-attention between all places of a grid."""
        return SelfAttention(
            self.spectral,
            self.epsilon,
            self.initializer(1.0),
            self.regularizer,
            name=name,
        )(x)

    def normalized(self, layer: layers.Layer) -> layers.Layer:
        """The layer itself, or spectrally normalized under the same name."""
        if not self.spectral:
            return layer
        return SpectralNormalization(
            layer, epsilon=self.epsilon, dtype=layer.dtype_policy, name=layer.name
        )


PLAIN = Style()
SPECTRAL = Style(spectral=True)


def labels_input() -> Tensor:
    return Input((), dtype="int32", name="labels")


def first_grid(image_shape: ImageShape, stages: int) -> tuple[int, int]:
    """Rows and columns of a grid that `stages` doublings make as large as an image."""
    height, width, _ = image_shape
    return math.ceil(height / 2**stages), math.ceil(width / 2**stages)


def crop(x: Tensor, image_shape: ImageShape) -> Tensor:
    """Crop `x` to the size of the image, about the centre."""
    top, left = x.shape[1] - image_shape[0], x.shape[2] - image_shape[1]
    if not (top or left):
        return x
    cut = ((top // 2, top - top // 2), (left // 2, left - left // 2))
    return layers.Cropping2D(cut, name="crop", **LAST)(x)


def maxout(x: Tensor, units: int, pieces: int, name: str) -> Tensor:
    """The maximum of `pieces` linear maps for each unit (Goodfellow et al. 2013)."""
    x = layers.Dense(units * pieces, name=name)(x)
    x = layers.Reshape((units * pieces, 1), name=f"{name}_pieces")(x)
    x = layers.MaxPooling1D(pieces, name=f"{name}_max", **LAST)(x)
    return layers.Flatten(name=f"{name}_flatten", **LAST)(x)


def batch_norm(x: Tensor, name: str, epsilon: float = 1e-5) -> Tensor:
    """Batch norm as in torch's and the papers' code: momentum 0.9, epsilon 1e-5."""
    return layers.BatchNormalization(momentum=0.9, epsilon=epsilon, name=name)(x)


def doublings(
    x: Tensor, widths: Sequence[int], image_shape: ImageShape, size: int
) -> Tensor:
    """From the first grid to an image without its activation, as DCGAN's generator.

    Transposed convolutions with a bias and weights N(0, 0.02), each doubling rows and
    columns; between them batch norm and ReLU.

    Args:
        x: tensor `(n, rows, columns, widths[0])`, of `first_grid`.
        widths: channels of each grid before the image.
        image_shape: the result is cropped to it.
        size: int, of the kernels.
    """
    for stage, width in enumerate((*widths[1:], image_shape[2]), start=1):
        last = stage == len(widths)
        x = layers.Conv2DTranspose(
            width,
            size,
            strides=2,
            padding="same",
            kernel_initializer=normal(),
            name="to_image" if last else f"up_{stage}",
            **LAST,
        )(x)
        if not last:
            x = layers.ReLU(name=f"relu_{stage}")(batch_norm(x, f"norm_{stage}"))
    return crop(x, image_shape)


def residual_up(
    x: Tensor,
    width: int,
    normalize: Callable[[Tensor, str], Tensor],
    name: str,
    style: Style = PLAIN,
    interpolation: str = "nearest",
) -> Tensor:
    """The generator's residual block, which doubles rows and columns.

    Normalization, ReLU, doubling, 3x3, normalization, ReLU, 3x3. The shortcut is
    doubling, then 1x1 (Gulrajani et al. 2017, appendix F; Miyato et al. 2018, fig. 8).

    Args:
        x: tensor `(n, height, width, channels)`.
        width: int, channels of the output.
        normalize: function of a tensor and a layer's name.
        name: str, a prefix of the layers' names.
        style: of the convolutions.
        interpolation: `"nearest"`, or `"bilinear"` as in mimicry.
    """

    def double(x, which):
        up = layers.UpSampling2D(
            2, interpolation=interpolation, name=f"{name}_{which}", **LAST
        )
        return up(x)

    shortcut = double(x, "shortcut_up")
    shortcut = style.convolution(shortcut, width, 1, f"{name}_shortcut")
    x = layers.ReLU(name=f"{name}_relu_1")(normalize(x, f"{name}_norm_1"))
    x = double(x, "up")
    x = style.convolution(x, width, 3, f"{name}_conv_1", math.sqrt(2))
    x = layers.ReLU(name=f"{name}_relu_2")(normalize(x, f"{name}_norm_2"))
    x = style.convolution(x, width, 3, f"{name}_conv_2", math.sqrt(2))
    return layers.Add(name=f"{name}_add")([x, shortcut])


def residual_down(
    x: Tensor,
    width: int,
    downsample: bool,
    name: str,
    first: bool = False,
    style: Style = SPECTRAL,
    wide: bool = False,
    activated: bool = False,
    normalize: Callable[[Tensor, str], Tensor] | None = None,
) -> Tensor:
    """The discriminator's residual block.

    ReLU, 3x3, ReLU, 3x3, then the mean of 2x2. The shortcut is 1x1, then the mean, or
    the identity if the shape stays the same. The first block of a network sees images:
    it has no ReLU before, and its shortcut takes the mean before the 1x1 (Miyato et al.
    2018, fig. 8).

    Args:
        x: tensor `(n, height, width, channels)`.
        width: int, channels of the output.
        downsample: bool: halve rows and columns, rounding up.
        name: str, a prefix of the layers' names.
        first: bool, whether it is the first block.
        style: of the convolutions.
        wide: bool: between the two 3x3 it is as wide as its output, as in SAGAN and
            BigGAN, or else as its input, as in the code of SNGAN.
        activated: bool: the shortcut begins after the ReLU, as in implementations in
            torch whose ReLU overwrites its input (mimicry, StudioGAN).
        normalize: None, or a function of a tensor and a layer's name that is applied
            before each ReLU and to what enters the shortcut's 1x1.
    """

    def norm(x, which):
        return x if normalize is None else normalize(x, f"{name}_{which}")

    def halve(x, which):
        if not downsample:
            return x
        pool = layers.AveragePooling2D(
            2, padding="same", name=f"{name}_{which}", **LAST
        )
        return pool(x)

    channels = x.shape[-1]
    h = x if first else layers.ReLU(name=f"{name}_relu_1")(norm(x, "norm_1"))
    shortcut = h if activated else x
    if first:
        shortcut = halve(shortcut, "shortcut_mean")
    if first or downsample or channels != width:
        shortcut = norm(shortcut, "shortcut_norm")
        shortcut = style.convolution(shortcut, width, 1, f"{name}_shortcut")
    if not first:
        shortcut = halve(shortcut, "shortcut_mean")
    hidden = width if first or wide else channels
    h = style.convolution(h, hidden, 3, f"{name}_conv_1", math.sqrt(2))
    h = layers.ReLU(name=f"{name}_relu_2")(norm(h, "norm_2"))
    h = style.convolution(h, width, 3, f"{name}_conv_2", math.sqrt(2))
    return layers.Add(name=f"{name}_add")([halve(h, "mean"), shortcut])
