import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

#: A `Tap` and what is added there; each replica of `tf.distribute` has a thread.
_shift: Any = contextvars.ContextVar("shift", default=(None, None))


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Tap(keras.layers.Layer):
    """The identity; marks a tensor in a generator that a penalty differentiates by.

    The training step adds zeros of shape `(n, *inner_shape)` here, inside of `shifted`,
    and takes gradients with respect to them.

    Input and output shape: any, the same.

    Example:

    >>> import numpy as np
    >>> tap = Tap()
    >>> tap(np.ones((2, 3), "float32")).shape == (2, 3), tap.inner_shape
    (True, (3,))
    """

    @contextlib.contextmanager
    def shifted(self, shift: Tensor) -> Iterator[None]:
        """Add `shift` to what passes through, inside the context."""
        token = _shift.set((self, shift))
        try:
            yield
        finally:
            _shift.reset(token)

    def build(self, input_shape: tuple) -> None:
        self.inner_shape = tuple(input_shape[1:])

    def call(self, inputs: Tensor) -> Tensor:
        tap, shift = _shift.get()
        return inputs + ops.cast(shift, inputs.dtype) if tap is self else inputs

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape
