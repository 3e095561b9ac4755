"""What several networks are made of: functions from tensors to tensors.

Convolutions are channels last, whatever Keras is set to.
"""

import math

from keras import Input, initializers, layers

from keras_gan_zoo.layers import SpectralNormalization

#: for each layer with a data format
LAST = {"data_format": "channels_last"}


def normal(stddev=0.02):
    """The initializer of DCGAN and its followers, N(0, 0.02)."""
    return initializers.RandomNormal(stddev=stddev)


def glorot(gain=1.0):
    """Glorot's uniform initializer with a gain on the weights."""
    return initializers.VarianceScaling(gain**2, mode="fan_avg", distribution="uniform")


def labels_input():
    return Input((), dtype="int32", name="labels")


def first_grid(image_shape, stages):
    """Rows and columns that `stages` doublings make at least as large as an image."""
    height, width, _ = image_shape
    return math.ceil(height / 2**stages), math.ceil(width / 2**stages)


def crop(x, image_shape):
    """The centre of `x`, where it is larger than the image."""
    top, left = x.shape[1] - image_shape[0], x.shape[2] - image_shape[1]
    if not (top or left):
        return x
    cut = ((top // 2, top - top // 2), (left // 2, left - left // 2))
    return layers.Cropping2D(cut, name="crop", **LAST)(x)


def maxout(x, units, pieces, name):
    """The largest of `pieces` linear maps, for each unit (Goodfellow et al. 2013)."""
    x = layers.Dense(units * pieces, name=name)(x)
    x = layers.Reshape((units * pieces, 1), name=f"{name}_pieces")(x)
    x = layers.MaxPooling1D(pieces, name=f"{name}_max", **LAST)(x)
    return layers.Flatten(name=f"{name}_flatten", **LAST)(x)


def convolution(x, width, size, gain, name, spectral=False):
    """Convolution of stride 1 with a bias, its kernel spectrally normalized or not."""
    layer = layers.Conv2D(
        width,
        size,
        padding="same",
        kernel_initializer=glorot(gain),
        name=name,
        **LAST,
    )
    return (SpectralNormalization(layer, name=name) if spectral else layer)(x)


def residual_up(x, width, normalize, name):
    """The generator's residual block, which doubles rows and columns.

    Normalization, ReLU, nearest doubling, 3x3, normalization, ReLU, 3x3; the shortcut
    doubles, then 1x1 (Gulrajani et al. 2017, appendix F; Miyato et al. 2018, fig. 8).

    Args:
        x: tensor `(n, height, width, channels)`.
        width: int, channels of the output.
        normalize: function of a tensor and a layer's name.
        name: str, what its layers' names begin with.
    """
    up = layers.UpSampling2D(2, name=f"{name}_shortcut_up", **LAST)(x)
    shortcut = convolution(up, width, 1, 1.0, f"{name}_shortcut")
    x = layers.ReLU(name=f"{name}_relu_1")(normalize(x, f"{name}_norm_1"))
    x = layers.UpSampling2D(2, name=f"{name}_up", **LAST)(x)
    x = convolution(x, width, 3, math.sqrt(2), f"{name}_conv_1")
    x = layers.ReLU(name=f"{name}_relu_2")(normalize(x, f"{name}_norm_2"))
    x = convolution(x, width, 3, math.sqrt(2), f"{name}_conv_2")
    return layers.Add(name=f"{name}_add")([x, shortcut])


def residual_down(x, width, downsample, name, first=False):
    """The discriminator's residual block, all of it spectrally normalized.

    ReLU, 3x3, ReLU, 3x3, then the mean of 2x2; the shortcut 1x1, then the mean, or
    the identity where nothing changes. The first block of a network sees images: no
    ReLU before, and the shortcut takes the mean before its 1x1 (Miyato et al. 2018,
    fig. 8). Between the two 3x3 it is as wide as its input, as in the authors' code.

    Args:
        x: tensor `(n, height, width, channels)`.
        width: int, channels of the output.
        downsample: bool: halve rows and columns, rounding up.
        name: str, what its layers' names begin with.
        first: bool.
    """

    def halve(x, which):
        if not downsample:
            return x
        pool = layers.AveragePooling2D(
            2, padding="same", name=f"{name}_{which}", **LAST
        )
        return pool(x)

    channels = x.shape[-1]
    shortcut = halve(x, "shortcut_mean") if first else x
    if first or downsample or channels != width:
        shortcut = convolution(shortcut, width, 1, 1.0, f"{name}_shortcut", True)
    if not first:
        shortcut = halve(shortcut, "shortcut_mean")
        x = layers.ReLU(name=f"{name}_relu_1")(x)
    hidden = width if first else channels
    x = convolution(x, hidden, 3, math.sqrt(2), f"{name}_conv_1", True)
    x = layers.ReLU(name=f"{name}_relu_2")(x)
    x = convolution(x, width, 3, math.sqrt(2), f"{name}_conv_2", True)
    return layers.Add(name=f"{name}_add")([halve(x, "mean"), shortcut])
