from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class GlobalSumPooling2D(keras.layers.Layer):
    """The sum of each channel over rows and columns, in float32.

    Input shape: `(n, height, width, channels)`. Output shape: `(n, channels)`.

    Example:

    >>> import numpy as np
    >>> float(GlobalSumPooling2D()(np.ones((1, 2, 3, 1)))[0, 0])
    6.0
    """

    def call(self, inputs: Tensor) -> Tensor:
        total = ops.sum(ops.cast(inputs, "float32"), axis=(1, 2))
        return ops.cast(total, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return (input_shape[0], input_shape[-1])
