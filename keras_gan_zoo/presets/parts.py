"""The parts of a GAN that a preset stores, and their places in a weights file."""

from collections import defaultdict
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import stored_variables
from keras_gan_zoo.networks.contract import networks_of

#: the parts of a GAN that may have weights, besides its networks
STATE = (
    "auxiliaries",
    "generator_penalties",
    "augmentation",
    "objective",
    "label_counts",
)

#: part of a GAN -> path in a weights file -> shape
Layout = dict[str, dict[str, tuple[int, ...]]]


class Parts(keras.Model):
    """Parts of a GAN under their names in it, to be stored in one file.

    Saving the GAN itself would also write the optimizers.
    """

    def __init__(self, **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.built = True

    @property
    def layers(self) -> list:
        """None: Keras would file parts under this name that sort after it."""
        return []


class _Counts(keras.layers.Layer):
    """A variable on its own, as a layer."""

    def __init__(self, counts):
        super().__init__()
        self.counts = counts
        self.built = True


def state_of(gan: Any) -> dict[str, Any]:
    """The parts of a GAN that have weights, besides its networks.

    Returns:
        dict, attribute of the GAN -> a layer or a list of layers.
    """
    state = {}
    for name in ("auxiliaries", "generator_penalties"):
        layers = [layer for layer in getattr(gan, name) if layer.weights]
        if layers:
            state[name] = layers
    if gan.augmentation is not None and gan.augmentation.weights:
        state["augmentation"] = gan.augmentation
    if isinstance(gan.objective, keras.layers.Layer) and gan.objective.weights:
        state["objective"] = gan.objective
    if gan.label_counts is not None:
        state["label_counts"] = _Counts(gan.label_counts)
    return state


def layout_of(gan: Any) -> Layout:
    """Where each weight of a GAN is stored, and its shape.

    A layer may store a weight twice (`keras.layers.SpectralNormalization` does), so
    this asks Keras instead of counting weights.
    """
    parts = {**networks_of(gan), **state_of(gan)}
    layout: Layout = {name: {} for name in parts}
    for path, variable in stored_variables(Parts(**parts)).items():
        part, _, rest = path.partition("/")
        layout[part][rest] = tuple(int(n) for n in variable.shape)
    return layout


def by_part(shapes: dict[str, tuple[int, ...]]) -> Layout:
    """The shapes in a file of `Parts`, in the form of `layout_of`."""
    parts: Layout = defaultdict(dict)
    for path, shape in shapes.items():
        part, _, rest = path.partition("/")
        parts[part][rest] = shape
    return parts
