"""How the kernels of Keras' layers are laid out."""

import math

import keras
from keras import layers

TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)


def output_axes(layer: keras.layers.Layer, rank: int) -> tuple[int, ...]:
    """The axes of a layer's kernel that its outputs, or an embedding's rows, lie along.

    Example:

    >>> output_axes(layers.Conv2D(8, 3), 4), output_axes(layers.DepthwiseConv2D(3), 4)
    ((3,), (2, 3))
    """
    if isinstance(layer, layers.Embedding):
        return (0,)
    if isinstance(layer, TRANSPOSED):
        return (rank - 2,)
    if isinstance(layer, DEPTHWISE):  # one for each input channel and multiple
        return rank - 2, rank - 1
    return (rank - 1,)


def fan_in(layer: keras.layers.Layer, shape: tuple[int, ...]) -> int:
    """How many inputs an output of a layer has, whose kernel is of this shape.

    An embedding counts as a Dense layer of one-hot rows.

    Example:

    >>> fan_in(layers.Conv2D(8, 3), (3, 3, 5, 8))
    45
    >>> fan_in(layers.DepthwiseConv2D(3), (3, 3, 5, 1))
    9
    """
    if isinstance(layer, layers.Embedding):
        return shape[0]
    outputs = [shape[axis] for axis in output_axes(layer, len(shape))]
    return math.prod(shape) // math.prod(outputs)


def initializer_attribute(layer: keras.layers.Layer) -> str:
    """The attribute in which a layer that is not built has its kernel's initializer."""
    kinds = {layers.Embedding: "embeddings", DEPTHWISE: "depthwise"}
    found = (name for kind, name in kinds.items() if isinstance(layer, kind))
    return f"{next(found, 'kernel')}_initializer"
