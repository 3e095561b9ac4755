"""A network on more rows than fit into one batch."""

import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.arguments import check_count

#: JAX gives a network's variables away while it predicts, those of shared layers too
_alone = threading.RLock()


def run(
    network: keras.Model,
    inputs: Any,
    batch_size: int | None = None,
    finish: Callable = ops.convert_to_numpy,
) -> np.ndarray:
    """What a network makes of arrays.

    Threads may call it at once, and take turns. Avoids `predict`, whose tf.data
    pipeline can hang at its end: see `backend.stream`.

    Args:
        network: Keras model.
        inputs: its inputs, arrays of `n` rows each.
        batch_size: int, by default 128. The last batch is padded, so that the model
            compiles once.
        finish: function of what it makes of a batch.

    Returns:
        Array of `n` rows.
    """
    check_count("batch_size", batch_size, optional=True)
    n = len(keras.tree.flatten(inputs)[0])
    size = min(batch_size or 128, n)

    def rows(start):
        def cut(values):
            found = values[start : start + size]
            filling = np.zeros((size - len(found), *found.shape[1:]), found.dtype)
            return np.concatenate([found, filling])

        return keras.tree.map_structure(cut, inputs)

    def predict(start):
        batch = rows(start)
        with _alone:
            return network.predict_on_batch(batch)[: n - start]

    return np.concatenate([finish(predict(i)) for i in range(0, n, size)])
