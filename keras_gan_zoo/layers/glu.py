from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class GLU(layers.Layer):
    """The gated linear unit: the first half of the channels times sigmoid of the rest.

    Dauphin et al. 2017, eq. 1. arXiv:1612.08083.

    Example:

    >>> GLU().compute_output_shape((None, 4, 4, 6))
    (None, 4, 4, 3)
    """

    def call(self, inputs: Tensor) -> Tensor:
        half = inputs.shape[-1] // 2
        return inputs[..., :half] * ops.sigmoid(inputs[..., half:])

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        if input_shape[-1] % 2:
            raise ValueError(
                "`GLU` needs an even number of channels. "
                f"Received: an input of shape {tuple(input_shape)}"
            )
        return *input_shape[:-1], input_shape[-1] // 2
