"""Networks from their description as data, such as a recipe's."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from keras_gan_zoo import networks
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.networks import blocks, heads
from keras_gan_zoo.typing import ImageShape

#: what a description may call an initializer
INITIALIZERS = {
    "glorot": blocks.glorot,
    "normal": lambda gain: blocks.normal(),
    "orthogonal": blocks.orthogonal,
}
#: heads with arguments of their own, and those without
HEADS = {
    "class_embedding": heads.class_embedding,
    "classifier": heads.classifier,
    "information": heads.information,
    "logit": lambda: heads.logit,
    "multi_class": heads.multi_class,
    "own_logit": heads.own_logit,
    "projection": heads.projection,
    "rotations": lambda: heads.rotations,
}


def build(description: Mapping[str, Any], image_shape: ImageShape) -> keras.Model:
    """One of this package's networks.

    Args:
        description: dict, ready for JSON: the `name` of a function of
            `keras_gan_zoo.networks`, and its arguments. A `head` is a dict of the
            `name` of one in `networks.heads`, and its arguments; a `style` one of
            `initializer` (`"glorot"`, `"normal"` or `"orthogonal"`) and the other
            attributes of `networks.blocks.Style`; a constraint the config of one.
        image_shape: `(height, width, channels)`.

    Raises:
        ValueError: there is no such network, head, initializer or argument.

    Example:

    >>> network = {"name": "resnet_discriminator", "widths": [8, 8]}
    >>> network |= {"head": {"name": "classifier", "classes": 3}}
    >>> sorted(build(network, (8, 8, 1)).output)
    ['classes', 'logits']
    """
    known = {name: getattr(networks, name) for name in networks.__all__}
    arguments = dict(description)
    if "style" in arguments:
        arguments["style"] = _style(arguments["style"])
    if "head" in arguments:
        arguments["head"] = _head(arguments["head"])
    return _call("network", known, {**arguments, "image_shape": image_shape})


def _head(description):
    arguments = dict(description)
    if "head" in arguments:
        arguments["head"] = _head(arguments["head"])
    return _call("head", HEADS, arguments)


def _style(description):
    arguments = {"initializer": "glorot", **description}
    if arguments["initializer"] not in INITIALIZERS:
        raise ValueError(
            f"A style's `initializer` must be one of {', '.join(INITIALIZERS)}. "
            f"Received: {arguments['initializer']!r}"
        )
    arguments["initializer"] = INITIALIZERS[arguments["initializer"]]
    if "constraint" in arguments:
        arguments["constraint"] = keras.constraints.deserialize(arguments["constraint"])
    return _call("style", {"Style": blocks.Style}, {"name": "Style", **arguments})


def _call(kind, known, arguments):
    """Call one of `known` functions by its `name`, with the other arguments."""
    name = arguments.pop("name", None)
    if name not in known:
        raise ValueError(
            f"{did_you_mean(str(name), known)}The `name` of a {kind} must be one of "
            f"{', '.join(known)}. Received: {name!r}"
        )
    try:
        inspect.signature(known[name]).bind(**arguments)
    except TypeError as error:
        raise ValueError(f"The {kind} `{name}`: {error}") from None
    return known[name](**arguments)
