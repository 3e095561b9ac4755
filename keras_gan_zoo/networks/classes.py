"""A network's configuration with another number of classes.

What depends on it is found by following the labels, and what is read as classes,
through the graph that Keras stores: never by a number, which a width may equal.
"""

import copy
from collections.abc import Iterator
from typing import Any

#: what layers and operations that take labels call the number of classes
KEYS = ("num_classes", "input_dim", "num_tokens")
#: a discriminator's outputs that have logits of classes
CLASS_OUTPUTS = ("classes", "twin_classes")
#: the modules whose layers have one of `KEYS` if they depend on the classes
KNOWN = ("keras", "keras_gan_zoo")


def exchange(
    network: dict[str, Any], before: int, after: int
) -> tuple[dict[str, Any], list[str]]:
    """Exchange the number of classes where a functional model depends on it.

    Args:
        network: dict, a model as Keras serializes it.
        before: int, its number of classes.
        after: int, the number that it gets.

    Returns:
        The new configuration, and the names of the layers that are different in it.

    Raises:
        ValueError: a layer takes labels, and does not say how many there are.
    """
    network = _without_shapes(network)
    graph = _Graph(network["config"], before, after)
    inputs = network["config"].get("input_layers")
    given = inputs.get("labels") if isinstance(inputs, dict) else None
    graph.follow_labels({given[0]} if given else set())
    outputs = network["config"].get("output_layers")
    for name in CLASS_OUTPUTS if isinstance(outputs, dict) else ():
        if name in outputs:
            graph.exchange_head(outputs[name][0])
    graph.exchange_splits()
    return network, sorted(graph.changed)


class _Graph:
    """The layers of a functional model, by name."""

    def __init__(self, config, before, after, prefix=""):
        self.layers = {layer["name"]: layer for layer in config.get("layers", ())}
        self.before, self.after, self.prefix = before, after, prefix
        self.changed: set[str] = set()
        self._labels: set[str] = set()
        self._heads: set[str] = set()

    def follow_labels(self, inputs):
        """Exchange what takes labels, which come from the layers named `inputs`."""
        self._labels = inputs
        for name, layer in self.layers.items():
            calls = [c for c in _calls(layer) if any(map(self._is_labels, _names(c)))]
            if not calls or name in inputs:
                continue
            key = _key_of(layer, KEYS)
            if layer["class_name"] == "Functional":
                self._follow_into(name, layer, calls)
            elif layer["class_name"] == "TakeAlongAxis":
                self.exchange_head(next(_names(calls[0])))
            elif key is not None:
                self._set(name, *key, self.after)
            elif str(layer.get("module")).split(".")[0] not in KNOWN:
                raise ValueError(
                    f"the layer `{self.prefix}{name}` takes labels, and has none of "
                    f"{', '.join(KEYS)} in its configuration"
                )

    def exchange_head(self, name):
        """Exchange the units of the layer whose outputs arrive at layer `name`."""
        key = _key_of(self.layers[name], ("units",))
        if key is None:
            before = {n for call in _calls(self.layers[name]) for n in _names(call)}
            if len(before) != 1:
                raise ValueError(
                    f"the layer `{self.prefix}{name}` has what is read as classes, and "
                    "is not made by one layer with `units`"
                )
            return self.exchange_head(before.pop())
        if name not in self._heads:
            self._heads.add(name)
            config, units = key[0], key[0]["units"]
            times, more = divmod(units, self.before)
            if not times or more not in (0, 1):  # MHGAN: one for generated images
                raise ValueError(
                    f"the layer `{self.prefix}{name}` has {units} units for "
                    f"{self.before} classes"
                )
            config["units"] = times * self.after + more
            self.changed.add(f"{self.prefix}{name}")

    def exchange_splits(self):
        """Exchange where the logits of classes are split from others."""
        for layer in self.layers.values():
            taken = {name for call in _calls(layer) for name in _names(call)}
            if layer["class_name"] == "Split" and taken & self._heads:
                places = layer["config"]["indices_or_sections"]
                if isinstance(places, (list, tuple)):
                    layer["config"]["indices_or_sections"] = [
                        self.after if place == self.before else place
                        for place in places
                    ]

    def _is_labels(self, name):
        """Whether a layer has nothing but labels, as they are or reshaped."""
        if name in self._labels:
            return True
        layer = self.layers[name]
        taken = [n for call in _calls(layer) for n in _names(call)]
        plain = _key_of(layer, KEYS) is None and layer["class_name"] != "Functional"
        return plain and bool(taken) and all(map(self._is_labels, taken))

    def _follow_into(self, name, layer, calls):
        inputs = layer["config"]["input_layers"]
        inner = _Graph(
            layer["config"], self.before, self.after, f"{self.prefix}{name}/"
        )
        inner.follow_labels(
            {
                own
                for call in calls
                for own, outer in _pairs(inputs, call["args"][0])
                if self._is_labels(outer)
            }
        )
        self.changed |= inner.changed

    def _set(self, name, config, key, value):
        if config[key] != self.before:
            raise ValueError(
                f"the layer `{self.prefix}{name}` takes labels, and its `{key}` is "
                f"{config[key]}, not the number of classes, {self.before}"
            )
        config[key] = value
        self.changed.add(f"{self.prefix}{name}")


def _key_of(layer, keys):
    """The configuration with one of `keys`, a layer's or of the one in it; the key."""
    config = layer.get("config")
    while isinstance(config, dict):
        for key in keys:
            if key in config:
                return config, key
        inner = config.get("layer")
        config = inner.get("config") if isinstance(inner, dict) else None
    return None


def _calls(layer: dict[str, Any]) -> list[dict[str, Any]]:
    return layer.get("inbound_nodes") or []


def _names(value: Any) -> Iterator[str]:
    """The layers that made the tensors in a structure, in their order."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            yield value["config"]["keras_history"][0]
        else:
            for item in value.values():
                yield from _names(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _names(item)


def _pairs(inputs: Any, given: Any) -> Iterator[tuple[str, str]]:
    """A model's own inputs, and the layers that made what it is given for them."""
    if isinstance(inputs, dict):
        for key, own in inputs.items():
            yield from _pairs(own, given[key])
    elif inputs and isinstance(inputs[0], str):
        yield inputs[0], next(_names(given))
    else:
        for own, one in zip(inputs, given, strict=True):
            yield from _pairs(own, one)


def _without_shapes(value):
    """A copy without the shapes that layers were built for, some of which change."""
    if isinstance(value, dict):
        return {k: _without_shapes(v) for k, v in value.items() if k != "build_config"}
    if isinstance(value, (list, tuple)):
        return type(value)(_without_shapes(item) for item in value)
    return copy.deepcopy(value)
