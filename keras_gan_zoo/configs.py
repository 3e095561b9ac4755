"""Settings that are given as an object or as its Keras config."""

from typing import Any, TypeVar

import keras
import numpy as np

Kind = TypeVar("Kind")


def from_config(value: Any) -> Any:
    """An object from its Keras config, a dict, or any other value as it is."""
    if isinstance(value, dict):
        return keras.saving.deserialize_keras_object(value)
    return value


def native(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's, which a config holds; others as they are.

    Example:

    >>> native(np.float32(0.5)), native(np.array([8, 4])), native((8, 4))
    (0.5, [8, 4], (8, 4))
    """
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value


def instance(value: Any, kind: type[Kind], rule: str) -> Kind:
    """`value`, made from its config if need be.

    Args:
        kind: class that it must be an instance of.
        rule: str, what the setting must be, for the error.

    Raises:
        ValueError: it is something else.
    """
    value = from_config(value)
    if isinstance(value, kind):
        return value
    raise ValueError(f"{rule} Received: {value!r}")


def with_state(term: Kind) -> Kind:
    """A loss, penalty or augmentation whose state exists, if it is a Keras layer.

    `build` creates it, so that a family which declares the term needs no device when it
    is imported; Keras would only call it when the model is called.
    """
    if isinstance(term, keras.layers.Layer) and not term.built:
        term.build(None)
    return term
