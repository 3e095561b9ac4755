"""The few things that differ between TensorFlow, JAX and torch, and nothing more."""

import keras

if keras.config.backend() == "tensorflow":
    from keras_gan_zoo.backend.tensorflow import (
        DATA_FORMAT,
        Trainer,
        apply_gradients,
        auto_jit_compile,
        full_float32,
        images_at_once,
        input_gradients,
        num_replicas,
        replica_rows,
        stream,
        vjp,
    )
elif keras.config.backend() == "jax":
    from keras_gan_zoo.backend.jax import (
        DATA_FORMAT,
        Trainer,
        apply_gradients,
        auto_jit_compile,
        full_float32,
        images_at_once,
        input_gradients,
        num_replicas,
        replica_rows,
        stream,
        vjp,
    )
elif keras.config.backend() == "torch":
    from keras_gan_zoo.backend.torch import (
        DATA_FORMAT,
        Trainer,
        apply_gradients,
        auto_jit_compile,
        full_float32,
        images_at_once,
        input_gradients,
        num_replicas,
        replica_rows,
        stream,
        vjp,
    )
else:
    raise ImportError(
        "keras_gan_zoo trains on the TensorFlow, JAX and torch backends of Keras. "
        f"Received: KERAS_BACKEND={keras.config.backend()!r}"
    )

__all__ = [
    "DATA_FORMAT",
    "Trainer",
    "apply_gradients",
    "auto_jit_compile",
    "full_float32",
    "images_at_once",
    "input_gradients",
    "num_replicas",
    "replica_rows",
    "stream",
    "vjp",
]
