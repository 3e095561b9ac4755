"""The few things that differ between TensorFlow, JAX and torch."""

import importlib
from typing import TYPE_CHECKING

import keras

__all__ = [
    "DATA_FORMAT",
    "GROUPED_CONVOLUTIONS",
    "Steps",
    "accelerators",
    "all_rows",
    "alone",
    "any_process",
    "apply_gradients",
    "call_in_training",
    "data_parallel",
    "division",
    "every",
    "from_first",
    "full_float32",
    "images_at_once",
    "input_gradients",
    "input_vjp",
    "jit_compile",
    "launched",
    "mean_logs",
    "num_replicas",
    "process",
    "replica_rows",
    "slow_groups",
    "stream",
    "vjp",
]

if keras.config.backend() not in ("tensorflow", "jax", "torch"):
    raise ImportError(
        "keras_gan_zoo trains on the TensorFlow, JAX and torch backends of Keras. "
        f"Received: KERAS_BACKEND={keras.config.backend()!r}"
    )

if TYPE_CHECKING:
    from keras_gan_zoo.backend.jax import (
        DATA_FORMAT,
        GROUPED_CONVOLUTIONS,
        Steps,
        accelerators,
        all_rows,
        alone,
        any_process,
        apply_gradients,
        call_in_training,
        data_parallel,
        division,
        every,
        from_first,
        full_float32,
        images_at_once,
        input_gradients,
        input_vjp,
        jit_compile,
        launched,
        mean_logs,
        num_replicas,
        process,
        replica_rows,
        slow_groups,
        stream,
        vjp,
    )

_chosen = importlib.import_module(f"{__name__}.{keras.config.backend()}")
globals().update({name: getattr(_chosen, name) for name in __all__})
