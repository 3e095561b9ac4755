"""A recipe as the JSON that keeps it: what Python may put into one, made plain."""

import math
import os
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.datasets import text_of


def plain(value: Any, name: str = "") -> Any:
    """A recipe, or a part of one, as its file would give it back.

    Tuples and arrays become lists, paths texts, NumPy's numbers Python's, and Keras'
    objects their configs, optimizers by `class_name` and `config` alone.

    Args:
        value: what JSON can hold, or any of these.
        name: the key of a part, for errors.

    Raises:
        ValueError: something else, or a number that is not finite.

    Example:

    >>> plain({"image_shape": (28, 28, 1), "seed": np.int64(3)})
    {'image_shape': [28, 28, 1], 'seed': 3}
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, os.PathLike):
        value = text_of(value)
    if isinstance(value, keras.optimizers.Optimizer):
        value = _optimizer(value)
    elif hasattr(value, "get_config") and not isinstance(value, type):
        value = keras.saving.serialize_keras_object(value)
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        inner = f"{name}." if name else ""
        return {key: plain(item, f"{inner}{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, f"{name}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(
            f"`{name}` must be finite, for a recipe is kept as JSON. "
            f"Received: {name}={value}"
        )
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(
        f"`{name}` must be data, for a recipe is kept as JSON: numbers, texts, lists, "
        "dicts with texts as keys, or objects of Keras and of this package. "
        f"Received: {name}={value!r:.200}"
    )


def _optimizer(optimizer):
    """As recipes have them; one that is not Keras' own with all that finds it."""
    found: Any = keras.optimizers.serialize(optimizer)
    name = found["class_name"]
    if isinstance(optimizer, getattr(keras.optimizers, name, ())):
        config = {k: v for k, v in found["config"].items() if k != "name"}  # counted
        return {"class_name": name, "config": config}
    return found
