"""The identity of a network: the sha256 of its weights."""

import hashlib
from typing import Any

import numpy as np


def weights_sha256(model: Any) -> str:
    """The sha256 of a model's weights, whatever backend or file they came from.

    It covers, in the order of `model.weights`, each weight's shape and its values
    as little-endian float32. Weight names do not count (Keras numbers them afresh
    in every process), nor does the file format.

    Args:
        model: a built Keras model or layer.

    Returns:
        str of 64 hexadecimal digits.

    Example:

    >>> import keras
    >>> dense = keras.layers.Dense(3)
    >>> dense.build((None, 2))
    >>> len(weights_sha256(dense))
    64
    """
    import keras

    digest = hashlib.sha256()
    for weight in model.weights:
        values = keras.ops.convert_to_numpy(weight.value)
        digest.update(repr(tuple(values.shape)).encode())
        digest.update(np.ascontiguousarray(values, dtype="<f4").tobytes())
    return digest.hexdigest()
