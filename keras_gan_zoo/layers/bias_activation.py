import math
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class BiasActivation(keras.layers.Layer):
    """Adds a bias, then leaky ReLU, a gain and a limit: one layer of StyleGAN2's.

    `clip(gain * leaky_relu(x + bias), -limit, limit)`, with a bias for each channel,
    which starts from 0 (Karras et al. 2020, fig. 2, and their code). arXiv:1912.04958.

    Args:
        negative_slope: float; 1 for a linear layer.
        gain: float; sqrt(2) keeps the mean square of normal inputs about as it is.
        limit: float or None.
        use_bias: bool.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: any with channels last, the same.

    Example:

    >>> import numpy as np
    >>> layer = BiasActivation(gain=2.0, limit=3.0)
    >>> x = np.array([[-10.0, 1.0, 2.0]], "float32")
    >>> keras.ops.convert_to_numpy(layer(x)).tolist()
    [[-3.0, 2.0, 3.0]]
    """

    def __init__(
        self,
        negative_slope: float = 0.2,
        gain: float = math.sqrt(2),
        limit: float | None = None,
        use_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if limit is not None and not limit > 0:
            raise ValueError(
                "`limit` must be above 0, for example 256, or None. "
                f"Received: limit={limit!r}"
            )
        self.negative_slope = negative_slope
        self.gain = gain
        self.limit = limit
        self.use_bias = use_bias

    def build(self, input_shape: tuple) -> None:
        if self.use_bias:
            self.bias = self.add_weight((input_shape[-1],), "zeros", name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        x = inputs + self.bias if self.use_bias else inputs
        if self.negative_slope != 1.0:
            x = ops.leaky_relu(x, self.negative_slope)
        if self.gain != 1.0:
            x = x * self.gain
        return x if self.limit is None else ops.clip(x, -self.limit, self.limit)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "negative_slope": self.negative_slope,
            "gain": self.gain,
            "limit": self.limit,
            "use_bias": self.use_bias,
        }
