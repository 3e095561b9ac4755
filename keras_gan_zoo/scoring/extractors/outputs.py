"""The names of outputs: which value that a model or function returns is which."""

from typing import Any

import keras

OUTPUTS = ("features", "logits", "spatial")


def name_places(model: Any, outputs: Any) -> dict[str, Any]:
    """Our names -> where a Keras model has its outputs: keys of a dict, or numbers."""
    found = outputs_of(model)
    if isinstance(found, dict):
        return _pick({key: key for key in found}, outputs, "model")
    return _zip(range(len(found)), outputs, "model")


def functional(model: Any) -> Any:
    """A Keras model that has symbolic inputs and outputs, or one of these around it.

    A model of a class of its own has none, and knows the shape that it was built for.

    Raises:
        ValueError: it was not built, or has other than one input.
    """
    inputs = getattr(model, "inputs", None)
    if inputs is None and getattr(model, "built", False):
        shape = (model.get_build_config() or {}).get("input_shape")
        if isinstance(shape, list | tuple) and len(shape) == 4:
            images = keras.Input(shape[1:])
            return keras.Model(images, model(images), name=model.name)
    if len(inputs or ()) != 1:
        raise ValueError(
            "An extractor must be a built Keras model with one input, images of "
            "shape (n, height, width, channels), or a callable for such images. One "
            "of a class of your own is built by its first call: `model(images[:1])`. "
            f"Received: model={model!r}"
        )
    return model


def outputs_of(model: Any) -> Any:
    """The symbolic outputs of a Keras model, a dict or a list."""
    output = getattr(model, "output", None)  # Sequential has none
    return output if isinstance(output, dict) else model.outputs


def name_arrays(found: Any, outputs: Any) -> dict[str, Any]:
    """Our names -> what a callable returned."""
    if isinstance(found, dict):
        return _pick(found, outputs, "callable")
    found = found if isinstance(found, list | tuple) else [found]
    return _zip(found, outputs, "callable")


def _pick(found, outputs, kind):
    if not outputs:
        outputs = [name for name in OUTPUTS if name in found]
    wanted = dict(outputs) if isinstance(outputs, dict) else {o: o for o in outputs}
    if not wanted or not set(wanted) <= set(OUTPUTS):
        raise ValueError(
            f"A {kind}'s outputs must be named `features` and `logits` (and `spatial`)"
            ", or some of them, or be mapped to these: outputs={'features': 'pool'}. "
            f"Received: outputs named {sorted(found)}, outputs={outputs!r}"
        )
    missing = [theirs for theirs in wanted.values() if theirs not in found]
    if missing:
        raise ValueError(
            f"`outputs` must name what the {kind} returns, {sorted(found)}. "
            f"Received: outputs={outputs!r}"
        )
    return {name: found[wanted[name]] for name in OUTPUTS if name in wanted}


def _zip(found, outputs, kind):
    if outputs is None and len(found) == 2:
        outputs = ("features", "logits")
    fits = isinstance(outputs, list | tuple) and len(outputs) == len(found)
    if not fits or not set(outputs) <= set(OUTPUTS) or len(set(outputs)) < len(found):
        raise ValueError(
            f"Which output of the {kind} is which? Return the dict {{'features': ..., "
            "'logits': ...} or the pair (features, logits), or name what there is: "
            f"`Extractor({kind}, outputs=('logits',))` or `('features',)`. Received: a "
            f"{kind} with {len(found)} outputs, outputs={outputs!r}"
        )
    return dict(zip(outputs, found, strict=True))
