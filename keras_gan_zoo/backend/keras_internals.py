"""The private names of Keras that this package uses, each in one place.

`tests/backend/test_keras_internals.py` tries each on the oldest Keras that is supported
and on the newest.
"""

from keras.src.backend.common.stateless_scope import get_stateless_scope
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.trainers.data_adapters.data_adapter import DataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import (
    get_jax_iterator,
    get_torch_dataloader,
)

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
]


def all_layers(model):
    """The layers of a model, those inside of others included."""
    return list(model._flatten_layers(include_self=False))


def check_compiled(model, method):
    """Raise Keras' own error where a model is not compiled."""
    model._assert_compile_called(method)


def drop_loss_tracker(model):
    """Leave Keras' own average of `loss` out; the model has one of its own."""
    model._loss_tracker = None


def kernel_attribute(layer):
    """The attribute in which a layer keeps its kernel or embeddings, or None."""
    names = ("_kernel", "kernel", "_embeddings", "embeddings")
    return next((name for name in names if name in vars(layer)), None)
