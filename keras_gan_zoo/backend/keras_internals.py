"""The private names of Keras that this package uses, all in one place.

`tests/backend/test_keras_internals.py` tries each on the oldest supported Keras and on
the newest.
"""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.trainers.data_adapters.data_adapter import DataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import (
    get_jax_iterator,
    get_torch_dataloader,
)
from keras.src.utils.module_utils import tensorflow

__all__ = [
    "DataAdapter",
    "all_layers",
    "check_compiled",
    "drop_loss_tracker",
    "get_jax_iterator",
    "get_stateless_scope",
    "get_torch_dataloader",
    "in_symbolic_scope",
    "kernel_attribute",
    "without_tensorflow",
]


def all_layers(model: Any) -> list[Any]:
    """The layers of a model, including those inside other layers."""
    return list(model._flatten_layers(include_self=False))


def check_compiled(model: Any, method: str) -> None:
    """Raise Keras' own error if a model is not compiled."""
    model._assert_compile_called(method)


def drop_loss_tracker(model: Any) -> None:
    """Drop Keras' average of `loss`, because the model has one of its own."""
    model._loss_tracker = None


def kernel_attribute(layer: Any) -> str | None:
    """The attribute in which a layer keeps its kernel or embeddings, or None."""
    names = ("_kernel", "kernel", "_embeddings", "embeddings")
    return next((name for name in names if name in vars(layer)), None)


@contextlib.contextmanager
def without_tensorflow() -> Iterator[None]:
    """Keep Keras from importing TensorFlow to see if an object is one of its types.

    Keras does so whenever it serializes something, also on JAX and torch, which costs
    seconds and half a gigabyte. Nothing is of a type that was not imported yet.
    """
    if "tensorflow" not in sys.modules:
        tensorflow._available = False
    try:
        yield
    finally:
        if tensorflow.module is None:
            tensorflow._available = None  # not asked yet
