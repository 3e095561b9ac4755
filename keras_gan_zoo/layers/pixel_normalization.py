from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class PixelNormalization(keras.layers.Layer):
    """Scales the last axis to unit mean square: `x / sqrt(mean(x^2) + epsilon)`.

    The channels of each pixel (Karras et al. 2018, section 4.2), or latents.
    arXiv:1710.10196.

    Args:
        epsilon: float.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: any, the same.

    Example:

    >>> import numpy as np
    >>> PixelNormalization()(np.array([[3.0, -3.0]], "float32")).shape == (1, 2)
    True
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs: Tensor) -> Tensor:
        x = ops.cast(inputs, "float32")
        square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return ops.cast(x * ops.rsqrt(square + self.epsilon), self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}
