"""Classification accuracy score: trained on samples, tested on real images."""

import keras
import numpy as np
from keras import layers

from keras_gan_zoo import backend
from keras_gan_zoo.typing import ImageShape

STAGES = (32, 64, 128)  # widths of the convolutions
EPOCHS, BATCH_SIZE, LEARNING_RATE, SEED = 10, 128, 1e-3, 0
PROTOCOL = (
    "a network of {} 3x3 convolutions (stride 2, ReLU, widths {}) and a dense layer, "
    "{} epochs of Adam {:g} in batches of {} on the samples, seed {}; share of the "
    "real images that it puts into their class"
).format(
    len(STAGES), ", ".join(map(str, STAGES)), EPOCHS, LEARNING_RATE, BATCH_SIZE, SEED
)


def classification_accuracy(
    generated: np.ndarray,
    generated_labels: np.ndarray,
    real: np.ndarray,
    real_labels: np.ndarray,
) -> dict[int | str, float]:
    """The share of real images that a classifier trained on samples gets right.

    Ravuri & Vinyals 2019, arXiv:1905.10887, section 3, with a small network instead of
    their ResNet-50. It shows which classes a generator leaves out or mixes up.

    Args:
        generated: uint8 images `(n, height, width, channels)`.
        generated_labels: n integers, the classes that they were made for.
        real: uint8 images `(m, height, width, channels)`.
        real_labels: m integers.

    Returns:
        dict: a float for each label of the real images, an int, and under `"mean"` the
        share over all of them. Images of a class that was never generated count as
        wrong.
    """
    classes, targets = np.unique(generated_labels, return_inverse=True)
    model = network(real.shape[1:], len(classes))
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=backend.jit_compile("auto"),
    )
    rng = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        order = rng.permutation(len(generated))
        model.fit(
            generated[order],
            targets[order],
            batch_size=min(BATCH_SIZE, len(generated)),
            shuffle=False,
            verbose=0,
        )
    logits = model.predict(real, batch_size=500, verbose=0)
    right = classes[np.argmax(logits, axis=1)] == real_labels
    found: dict[int | str, float] = {
        int(label): float(right[real_labels == label].mean())
        for label in np.unique(real_labels)
    }
    return {**found, "mean": float(right.mean())}


def network(image_shape: ImageShape, num_classes: int) -> keras.Model:
    """uint8 images -> logits, in float32 and channels last whatever the settings."""
    images = keras.Input(image_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, -1.0, dtype="float32")(images)
    for i, width in enumerate(STAGES):
        x = layers.Conv2D(
            width,
            3,
            2,
            "same",
            activation="relu",
            kernel_initializer=keras.initializers.HeNormal(seed=SEED + i),
            data_format="channels_last",
            dtype="float32",
        )(x)
    x = layers.Flatten(data_format="channels_last", dtype="float32")(x)
    logits = layers.Dense(
        num_classes,
        kernel_initializer=keras.initializers.GlorotUniform(seed=SEED),
        dtype="float32",
    )(x)
    return keras.Model(images, logits)
