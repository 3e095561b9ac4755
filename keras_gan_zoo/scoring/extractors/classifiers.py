"""The small classifiers in the package, trained on MNIST and Fashion-MNIST."""

import pathlib
from pathlib import Path

import keras
from keras import layers

IMAGE_SHAPE = (28, 28, 1)


def weights_path(name: str) -> Path:
    """The path of a shipped classifier's weights: `"digits"` or `"fashion"`."""
    return pathlib.Path(__file__).with_name(f"{name}.weights.h5")


def classifier_network(name: str) -> keras.Model:
    """The network, untrained: uint8 (n, 28, 28, 1) -> 64 features, 10 logits.

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
    conv = {"use_bias": False, "data_format": "channels_last", "dtype": "float32"}

    def norm_relu(x, name):
        x = layers.BatchNormalization(
            momentum=0.95, name=f"{name}_norm", dtype="float32"
        )(x)
        return layers.ReLU(name=f"{name}_relu", dtype="float32")(x)

    images = keras.Input(IMAGE_SHAPE, dtype="uint8", name="images")
    x = layers.Rescaling(1 / 127.5, -1.0, name="rescale", dtype="float32")(images)
    stages = [(32, 5, "same"), (64, 5, "same"), (96, 3, "valid")]
    for i, (width, kernel, padding) in enumerate(stages, start=1):
        x = layers.Conv2D(width, kernel, 2, padding, name=f"conv{i}", **conv)(x)
        x = norm_relu(x, f"conv{i}")
    x = layers.Flatten(data_format="channels_last", name="flatten", dtype="float32")(x)
    x = layers.Dropout(0.3, name="dropout", dtype="float32")(x)
    x = layers.Dense(64, use_bias=False, name="dense", dtype="float32")(x)
    features = norm_relu(x, "features")
    logits = layers.Dense(10, name="logits", dtype="float32")(features)
    return keras.Model(images, {"features": features, "logits": logits}, name=name)


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
    images = keras.Input((*IMAGE_SHAPE[:2], 3), dtype="uint8", name="images")
    x = ops.reshape(ops.transpose(images, (0, 3, 1, 2)), (-1, *IMAGE_SHAPE))
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
