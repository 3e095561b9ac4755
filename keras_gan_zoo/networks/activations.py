"""Which values the last activation of a network can return."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.backend.keras_internals import history_of
from keras_gan_zoo.typing import Tensor

#: layers and operations that move values or average them, by the name of their class
SHAPING = {
    "AveragePooling2D",
    "Cast",
    "Cropping2D",
    "Dropout",
    "ExpandDims",
    "Flatten",
    "GetItem",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Identity",
    "Max",
    "MaxPooling2D",
    "Mean",
    "Permute",
    "Reshape",
    "Resizing",
    "Squeeze",
    "Transpose",
    "UpSampling2D",
}
HALF = np.concatenate([np.arange(0.0, 10.0, 0.25), [1e2, 1e4]])
PROBES = np.concatenate([-HALF[::-1], HALF])[:, None].astype("float32")


class Activation(NamedTuple):
    """An activation, the layer that it is in, and the ends of its range."""

    name: str
    layer: str
    low: float
    high: float


def last_activation(output: Tensor) -> Activation | None:
    """The activation that decides which values an output can have.

    It is looked for in nested models, wrapped layers and, by calling them on symbolic
    tensors, in subclassed ones, behind whatever only moves values.

    Args:
        output: a symbolic tensor.

    Returns:
        An `Activation`; None if there is none, or if it can't be known.

    Example:

    >>> x = keras.Input((3,))
    >>> last_activation(layers.Dense(1, activation="sigmoid", name="p")(x))
    Activation(name='sigmoid', layer='p', low=0.0, high=1.0)
    >>> last_activation(layers.Dense(1)(x))
    """
    while True:
        operation, call, index = history_of(output)
        if hasattr(operation, "output_range"):
            name = type(operation).__name__
            return Activation(name, operation.name, *operation.output_range)
        inside = _inside(operation, call, index)
        if inside is not None:
            output = inside
            continue
        function = _function(operation)
        values = None if function is None else _values(function)
        same = values is not None and np.array_equal(values, PROBES)
        if values is not None and not same:
            low, high = float(values.min()), float(values.max())
            return Activation(_name(function), operation.name, low, high)
        moves = same or type(operation).__name__ in SHAPING
        if not moves or _has_weights(operation) or len(call.input_tensors) != 1:
            return None
        (output,) = call.input_tensors


def _inside(operation, call, index):
    """The tensor inside a model, or a layer of the user's own, that it returns."""
    if isinstance(operation, keras.Model) and hasattr(operation, "outputs"):
        return operation.outputs[index]
    known = type(operation).__module__.split(".")[0] in ("keras", "keras_gan_zoo")
    if known or not isinstance(operation, layers.Layer):
        return None
    try:
        made = operation.call(*call.arguments.args, **call.arguments.kwargs)
        return keras.tree.flatten(made)[index]
    except Exception:  # whatever a layer makes of tensors without values
        return None


def _function(operation: Any) -> Callable | None:
    """The activation that a layer or an operation applies last, if it applies one."""
    if isinstance(operation, layers.Wrapper):
        return _function(operation.layer)
    if isinstance(operation, layers.Lambda):
        return operation.function
    activation = getattr(operation, "activation", None)
    if callable(activation):
        return activation
    shaping = type(operation).__name__ in SHAPING
    return None if shaping or _has_weights(operation) else operation.call


def _has_weights(operation):
    return bool(getattr(operation, "weights", ()))


def _values(function):
    """What an activation makes of `PROBES`; None if that can't be known."""
    try:
        values = ops.convert_to_numpy(function(ops.convert_to_tensor(PROBES)))
    except Exception:  # it takes more than one tensor, or another shape
        return None
    known = values.shape == PROBES.shape and not np.isnan(values).any()
    return values if known else None


def _name(function):
    """As Keras writes it: a function's name, or that of a layer or an operation."""
    owner = getattr(function, "__self__", function)
    name = getattr(function, "__name__", "call")
    return type(owner).__name__.lower() if name == "call" else name
