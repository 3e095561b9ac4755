"""Dtype policies of networks."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import all_layers


@contextlib.contextmanager
def built_with(dtype: Any) -> Iterator[None]:
    """Build networks with a dtype policy; None leaves it to Keras' setting."""
    before = keras.config.dtype_policy()
    if dtype is not None:
        keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def check(network: keras.Model, dtype: Any = None) -> Any:
    """The dtype policy that a network was built with, which `dtype` must be.

    Raises:
        ValueError: `dtype` is another policy than that of the network's layers.
    """
    found = [
        layer.dtype_policy
        for layer in all_layers(network)
        if layer.variables and layer.dtype_policy.quantization_mode is None
    ]
    if dtype is None:
        return found[0] if found else keras.config.dtype_policy()
    wanted = keras.dtype_policies.get(dtype)
    names = sorted({policy.name for policy in found})
    if found and wanted.name not in names:
        raise ValueError(
            "A GAN computes in the dtypes that its networks were built with. Build "
            f"them anew, after `keras.config.set_dtype_policy({wanted.name!r})`. "
            f"Received: dtype={wanted.name!r}, and a generator of {', '.join(names)}"
        )
    return wanted


def check_trains(*networks: keras.Model) -> None:
    """Raise an error for weights in float16, which small steps can't move.

    Raises:
        ValueError: a network has trainable ones.
    """
    for network in networks:
        if any(str(v.dtype) == "float16" for v in network.trainable_variables):
            raise ValueError(
                "Weights in float16 can't be trained: squares of gradients are 0 "
                'there, and updates NaN. Use `dtype="mixed_float16"`, whose weights '
                f"are float32. Received: {network.name} with weights in float16"
            )


def computes_in(dtype: str, *networks: keras.Model) -> bool:
    """Whether any layer of the networks computes in `dtype`."""
    return any(
        layer.compute_dtype == dtype
        for network in networks
        for layer in all_layers(network)
    )
