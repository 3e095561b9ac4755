"""Latents through a generator, batch by batch."""

from typing import Any

import keras
import numpy as np

from keras_gan_zoo.images import to_uint8


def sample(network: keras.Model, inputs: Any, n: int, batch_size: int) -> np.ndarray:
    """Run `n` latents through a generator.

    Avoids `predict`, whose tf.data pipeline can hang at its end: see `backend.stream`.

    Args:
        network: Keras model.
        inputs: its inputs, arrays of `n` rows each.
        n: int.
        batch_size: int. The last batch is padded, so that the model compiles once.

    Returns:
        uint8 array `(n, height, width, channels)`.
    """
    size = min(batch_size, n)

    def rows(start):
        def cut(values):
            found = values[start : start + size]
            filling = np.zeros((size - len(found), *found.shape[1:]), found.dtype)
            return np.concatenate([found, filling])

        return keras.tree.map_structure(cut, inputs)

    batches = [
        to_uint8(network.predict_on_batch(rows(i))[: n - i]) for i in range(0, n, size)
    ]
    return np.concatenate(batches)
