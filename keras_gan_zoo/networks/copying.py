"""Copies of networks, with weights of their own."""

import inspect
from functools import partial
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import uncompiled, without_tensorflow

NEEDS = "`ema_half_life` needs a copy of the generator"


def copy_of(network: keras.Model, needs: str = NEEDS) -> keras.Model:
    """A copy of a functional or sequential model, with the same weights.

    Functions that layers were given, such as activations, are shared, so that they need
    no name under which Keras would find them.

    Args:
        network: Keras model.
        needs: str, what a copy is for, at the start of an error.

    Raises:
        ValueError: a layer with weights can't be made anew from its `get_config`.
    """
    with without_tensorflow(), uncompiled([network]):
        copy = keras.models.clone_model(
            network, clone_function=partial(_copy_of_layer, needs), recursive=True
        )
    copy.set_weights(network.get_weights())
    return copy


def _copy_of_layer(needs: str, layer: Any) -> Any:
    parameters = inspect.signature(type(layer).__init__).parameters
    given = {name: vars(layer).get(name) for name in parameters}
    functions = {name: value for name, value in given.items() if _is_function(value)}
    try:
        # Functions without a name can't even be serialized.
        vars(layer).update(dict.fromkeys(functions, keras.activations.linear))
        try:
            config = layer.get_config()
        finally:
            vars(layer).update(functions)
        config.update((name, functions[name]) for name in functions if name in config)
        return type(layer).from_config(config)
    except Exception as error:
        if not getattr(layer, "variables", None):  # operations have none
            return layer  # both can use the same one
        raise ValueError(
            f"{needs}, so Keras must be able to "
            "make each of its layers anew from `get_config`, for example `def "
            'get_config(self): return {**super().get_config(), "units": self.units}`. '
            f"Received: a layer {layer.name!r} of the class {type(layer).__name__}, "
            f"whose copy ends in {type(error).__name__}: {error}"
        ) from error


def _is_function(value):
    is_keras = hasattr(value, "get_config") or isinstance(value, type)
    return callable(value) and not is_keras
