"""The small classifiers in the package: of MNIST, Fashion-MNIST and CIFAR-10."""

import pathlib
from pathlib import Path

import keras
from keras import layers

GREY, COLOUR = (28, 28, 1), (32, 32, 3)


def weights_path(name: str) -> Path:
    """The path of a shipped classifier's weights, by a name in `NETWORKS`."""
    return pathlib.Path(__file__).with_name(f"{name}.weights.h5")


def _conv(x, width, kernel, stride, padding="same", *, name):
    return layers.Conv2D(
        width,
        kernel,
        stride,
        padding,
        use_bias=False,
        data_format="channels_last",
        dtype="float32",
        name=name,
    )(x)


def _norm_relu(x, name):
    x = layers.BatchNormalization(momentum=0.95, name=f"{name}_norm", dtype="float32")(
        x
    )
    return layers.ReLU(name=f"{name}_relu", dtype="float32")(x)


def strided(name: str) -> keras.Model:
    """Of grey images: uint8 (n, 28, 28, 1) -> 64 features, 10 logits.

    | layer                              | output       |
    |------------------------------------|--------------|
    | x / 127.5 - 1                      | 28 x 28 x 1  |
    | 5x5 convolution, stride 2          | 14 x 14 x 32 |
    | 5x5 convolution, stride 2          | 7 x 7 x 64   |
    | 3x3 convolution, stride 2, valid   | 3 x 3 x 96   |
    | dense = `features`                 | 64           |
    | dense = `logits`                   | 10           |

    Each layer but the last has batch norm and ReLU. It is float32 and channels last,
    whatever the global settings.
    """
    images = keras.Input(GREY, dtype="uint8", name="images")
    x = layers.Rescaling(1 / 127.5, -1.0, name="rescale", dtype="float32")(images)
    stages = [(32, 5, "same"), (64, 5, "same"), (96, 3, "valid")]
    for i, (width, kernel, padding) in enumerate(stages, start=1):
        x = _conv(x, width, kernel, 2, padding, name=f"conv{i}")
        x = _norm_relu(x, f"conv{i}")
    x = layers.Flatten(data_format="channels_last", name="flatten", dtype="float32")(x)
    x = layers.Dropout(0.3, name="dropout", dtype="float32")(x)
    x = layers.Dense(64, use_bias=False, name="dense", dtype="float32")(x)
    features = _norm_relu(x, "features")
    logits = layers.Dense(10, name="logits", dtype="float32")(features)
    return keras.Model(images, {"features": features, "logits": logits}, name=name)


def residual(name: str) -> keras.Model:
    """Of colour images: uint8 (n, 32, 32, 3) -> 96 features, 10 logits.

    A residual network with pre-activation blocks (He et al. 2016, arXiv:1603.05027),
    most of it at half the images' size and less, which trains on a CPU:

    | layer                                  | output       |
    |----------------------------------------|--------------|
    | x / 127.5 - 1                          | 32 x 32 x 3  |
    | 3x3 convolution                        | 32 x 32 x 16 |
    | 2 blocks, the first of stride 2        | 16 x 16 x 48 |
    | 2 blocks, the first of stride 2        | 8 x 8 x 96   |
    | batch norm, ReLU, average = `features` | 96           |
    | dense = `logits`                       | 10           |

    A block is twice batch norm, ReLU and a 3x3 convolution; where the shape changes, a
    1x1 convolution of the first ReLU takes the place of the identity.
    """
    images = keras.Input(COLOUR, dtype="uint8", name="images")
    x = layers.Rescaling(1 / 127.5, -1.0, name="rescale", dtype="float32")(images)
    x = _conv(x, 16, 3, 1, name="conv")
    for stage, width in enumerate((48, 96), start=1):
        for number in (1, 2):
            block = f"stage{stage}_block{number}"
            stride = 2 if number == 1 else 1
            y = _norm_relu(x, f"{block}_1")
            if number == 1:
                x = _conv(y, width, 1, stride, name=f"{block}_shortcut")
            y = _conv(y, width, 3, stride, name=f"{block}_conv1")
            y = _conv(_norm_relu(y, f"{block}_2"), width, 3, 1, name=f"{block}_conv2")
            x = layers.Add(name=f"{block}_add", dtype="float32")([x, y])
    x = _norm_relu(x, "last")
    features = layers.GlobalAveragePooling2D(
        data_format="channels_last", name="features", dtype="float32"
    )(x)
    logits = layers.Dense(10, name="logits", dtype="float32")(features)
    return keras.Model(images, {"features": features, "logits": logits}, name=name)


#: name -> its network
NETWORKS = {"digits": strided, "fashion": strided, "cifar10": residual}


def classifier_network(name: str) -> keras.Model:
    """The network of a shipped classifier, untrained: uint8 -> features, logits.

    Args:
        name: a key of `NETWORKS`.

    Example:

    >>> classifier_network("cifar10").output["features"].shape
    (None, 96)
    """
    return NETWORKS[name](name)


def load_classifier(name: str) -> keras.Model:
    """`classifier_network` with the shipped weights.

    Example:

    >>> load_classifier("digits").output["features"].shape
    (None, 64)
    """
    model = classifier_network(name)
    model.load_weights(weights_path(name))
    return model


def stacked_classifier(name: str) -> keras.Model:
    """A shipped classifier applied to each of 3 channels: 192 features, 1000 logits.

    The classes of the channels are assumed independent, so a logit is the joint
    log-probability of class `100 a + 10 b + c`.

    Example:

    >>> stacked_classifier("digits").output["logits"].shape
    (None, 1000)
    """
    ops = keras.ops
    network = load_classifier(name)
    images = keras.Input((*GREY[:2], 3), dtype="uint8", name="images")
    x = ops.reshape(ops.transpose(images, (0, 3, 1, 2)), (-1, *GREY))
    outputs = network(x)
    a, b, c = ops.split(
        ops.reshape(ops.log_softmax(outputs["logits"]), (-1, 3, 10)), 3, axis=1
    )
    joint = (
        ops.reshape(a, (-1, 10, 1, 1))
        + ops.reshape(b, (-1, 1, 10, 1))
        + ops.reshape(c, (-1, 1, 1, 10))
    )
    return keras.Model(
        images,
        {
            "features": ops.reshape(outputs["features"], (-1, 192)),
            "logits": ops.reshape(joint, (-1, 1000)),
        },
        name=f"stacked_{name}",
    )
