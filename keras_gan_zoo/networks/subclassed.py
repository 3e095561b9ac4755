"""Subclasses of `keras.Model` as functional models, which all else works with."""

import inspect
from typing import Any

import keras

INPUTS = {
    "generator": ("latents", "keras.Input((latent_dim,))"),
    "discriminator": ("images", "keras.Input((height, width, channels))"),
}


def as_functional(kind: str, network: Any) -> keras.Model:
    """A network as a functional model.

    Functional and sequential models stay what they are. A subclass of `keras.Model`
    that was built, by a call or by `build`, becomes the one layer of a functional
    model, which shares its weights.

    Raises:
        ValueError: it is not a built model. The message shows the line that makes it
            one.
    """
    built = isinstance(network, keras.Model) and network.built
    if built and hasattr(network, "inputs"):
        return network
    name, line = INPUTS[kind]
    shapes = _shapes(network) if built else None
    if shapes is None:
        raise ValueError(
            f"`{kind}` must be a built Keras model. Name its input: "
            f"`x = {line}; {kind} = keras.Model(x, {kind}(x))`. "
            f"Received: {kind}={network!r}"
        )
    first, *rest = _arguments(network)
    if rest not in ([], ["labels"]):
        raise ValueError(
            f"`{kind}` must take one tensor, or {name} and labels. What else it needs "
            "it can draw or compute itself. Received: a model whose `call` takes "
            f"{', '.join([first, *rest])}"
        )
    try:
        inputs = _inputs(shapes)
        if rest:
            inputs = {name: _input(shapes, name), "labels": _input((None,), "labels")}
            return keras.Model(inputs, network(*inputs.values()), name=network.name)
        return keras.Model(inputs, network(inputs), name=network.name)
    except Exception as error:
        raise ValueError(
            f"`{kind}` must be a model that Keras can call on a symbolic input, "
            f"`x = {line}; {kind}(x)`. Received: {kind}={network!r}, whose call ends "
            f"in {type(error).__name__}: {error}"
        ) from error


def _shapes(network):
    """The shape, or the structure of shapes, of the first argument; None if unknown."""
    taken = network.get_build_config() or {}
    several = taken.get("shapes_dict", {None: taken.get("input_shape")})
    return next(iter(several.values()))


def _arguments(network):
    """The names of the arguments that `call` needs."""
    parameters = inspect.signature(network.call).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty]
    return [name for name in needed if name not in ("args", "kwargs", "training")]


def _inputs(shapes):
    if isinstance(shapes, dict):
        return {name: _input(shape, name) for name, shape in shapes.items()}
    if any(isinstance(size, (list, tuple)) for size in shapes):
        return [_inputs(shape) for shape in shapes]
    return _input(shapes)


def _input(shape, name=None):
    dtype = "int32" if name == "labels" else None
    return keras.Input(tuple(shape)[1:], dtype=dtype, name=name)
