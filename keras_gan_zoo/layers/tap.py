import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Tap(keras.layers.Layer):
    """The identity; marks a tensor in a generator that a penalty differentiates by.

    The training step sets `shift` to zeros of shape `(n, *inner_shape)`, which are
    added here, and takes gradients with respect to them.

    Input and output shape: any, the same.

    Example:

    >>> import numpy as np
    >>> tap = Tap()
    >>> tap(np.ones((2, 3), "float32")).shape == (2, 3), tap.inner_shape
    (True, (3,))
    """

    shift = None

    @contextlib.contextmanager
    def shifted(self, shift: Tensor) -> Iterator[None]:
        """Add `shift` to what passes through, inside the context."""
        self.shift = shift
        try:
            yield
        finally:
            self.shift = None

    def build(self, input_shape: tuple) -> None:
        self.inner_shape = tuple(input_shape[1:])

    def call(self, inputs: Tensor) -> Tensor:
        if self.shift is None:
            return inputs
        return inputs + ops.cast(self.shift, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape
