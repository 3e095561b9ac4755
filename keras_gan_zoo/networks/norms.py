"""Normalization layers by name, for networks that can have one or another."""

from collections.abc import Callable
from typing import Any

from keras import layers

from keras_gan_zoo.layers import (
    BatchNormalization,
    LayerNormalization,
    ModulatedBatchNormalization,
)
from keras_gan_zoo.networks.blocks import Style
from keras_gan_zoo.typing import Tensor

Normalize = Callable[[Tensor, str], Tensor]


def normalization(
    kind: str | None, name: str, constraint: Any = None, epsilon: float = 1e-5
) -> layers.Layer:
    """A layer by its kind, as in the papers' code: momentum 0.9, epsilon 1e-5.

    Args:
        kind: `"batch"`, `"layer"` or None.
        name: str, of the layer.
        constraint: a Keras constraint on its gains and biases, or None.
        epsilon: float.

    Raises:
        ValueError: there is no such kind.
    """
    bounds = {"gamma_constraint": constraint, "beta_constraint": constraint}
    if kind == "batch":
        return layers.BatchNormalization(
            momentum=0.9, epsilon=epsilon, name=name, **bounds
        )
    if kind == "layer":
        return LayerNormalization(axis=(1, 2, 3), epsilon=epsilon, name=name, **bounds)
    if kind is None:
        return layers.Identity(name=name)
    raise ValueError(
        "`normalization` must be 'batch', 'layer' or None. "
        f"Received: normalization={kind!r}"
    )


def normalizer(
    kind: str | None, constraint: Any = None, epsilon: float = 1e-5
) -> Normalize:
    """A function of a tensor and a name that applies a `normalization` of that name.

    Without a kind it returns the tensor itself.
    """
    if kind is None:
        return lambda x, name: x
    return lambda x, name: normalization(kind, name, constraint, epsilon)(x)


def plain(epsilon: float) -> Normalize:
    """Batch norm with gains and biases of its own, under penalties too."""

    def normalize(x, name):
        return BatchNormalization(momentum=0.9, epsilon=epsilon, name=name)(x)

    return normalize


def modulated(condition: Tensor, epsilon: float, style: Style) -> Normalize:
    """Batch norm whose gains and biases are linear maps of a vector."""

    def normalize(x, name):
        gain, bias = (
            style.dense(condition, x.shape[-1], f"{name}_{part}", use_bias=False)
            for part in ("gain", "bias")
        )
        return ModulatedBatchNormalization(epsilon=epsilon, name=name)(x, gain, bias)

    return normalize
