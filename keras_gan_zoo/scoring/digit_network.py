"""The digit extractor: a small classifier of MNIST, trained here and shipped."""

import pathlib

import keras
from keras import layers

WEIGHTS = pathlib.Path(__file__).with_name("digits.weights.h5")
IMAGE_SHAPE = (28, 28, 1)


def digit_network():
    """The network, untrained: uint8 (n, 28, 28, 1) -> 64 features, 10 logits.

    | layer                              | output       |
    |------------------------------------|--------------|
    | x / 127.5 - 1                      | 28 x 28 x 1  |
    | 5x5 convolution, stride 2          | 14 x 14 x 32 |
    | 5x5 convolution, stride 2          | 7 x 7 x 64   |
    | 3x3 convolution, stride 2, valid   | 3 x 3 x 96   |
    | dense = `features`                 | 64           |
    | dense = `logits`                   | 10           |

    Each layer but the last has batch norm and ReLU. float32 and channels last,
    whatever the global settings are.
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
    return keras.Model(
        images, {"features": features, "logits": logits}, name="digit_network"
    )
