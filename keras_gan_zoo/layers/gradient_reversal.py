from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class GradientReversal(keras.layers.Layer):
    """The identity, but with its gradient multiplied by `-strength`.

    Between a generator and a discriminator it lets one backward pass train both
    players of a zero-sum game (Ganin and Lempitsky 2015, section 3).
    arXiv:1409.7495.

    Args:
        strength: float.

    Input and output shape: any, the same.

    Example:

    >>> import numpy as np
    >>> GradientReversal()(np.array([1.0, -2.0])).shape == (2,)
    True
    """

    def __init__(self, strength: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.strength = strength

    def call(self, inputs: Tensor) -> Tensor:
        # `still - inputs` is exactly 0, and its gradient is -1.
        still = ops.stop_gradient(inputs)
        return still + self.strength * (still - inputs)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "strength": self.strength}
