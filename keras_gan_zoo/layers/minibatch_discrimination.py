from typing import Any

import keras
from keras import initializers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to each image's features how near those of the whole batch are.

    Features f are multiplied by a tensor T to matrices M of `units` rows; unit b gives
    o(x_i)_b = sum_j exp(-|M_ib - M_jb|_1) over all images j of the batch (Salimans et
    al. 2016, section 3.2). A generator without variety gives itself away.
    arXiv:1606.03498.

    Args:
        units: int, B of the paper.
        dim: int, C of the paper, the length of a row.
        kernel_initializer: initializer of T, `(features, units * dim)`.
        **kwargs: those of `keras.layers.Layer`.

    Input shape `(n, features)`, output shape `(n, features + units)`.

    Example:

    >>> import numpy as np
    >>> layer = MinibatchDiscrimination(units=5, dim=3)
    >>> tuple(layer(np.ones((4, 2), "float32")).shape)
    (4, 7)
    """

    def __init__(
        self,
        units: int = 100,
        dim: int = 50,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units, self.dim = units, dim
        self.kernel_initializer = initializers.get(kernel_initializer)

    def build(self, input_shape: tuple) -> None:
        self.kernel = self.add_weight(
            (input_shape[-1], self.units * self.dim),
            initializer=self.kernel_initializer,
            name="kernel",
        )

    def call(self, inputs: Tensor) -> Tensor:
        rows = ops.reshape(ops.matmul(inputs, self.kernel), (-1, self.units, self.dim))
        rows = ops.cast(rows, "float32")  # distances of half precision are too coarse
        apart = ops.sum(ops.abs(rows[:, None] - rows[None]), axis=3)
        near = ops.sum(ops.exp(-apart), axis=1)
        return ops.concatenate([inputs, ops.cast(near, inputs.dtype)], axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return (*input_shape[:-1], input_shape[-1] + self.units)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "dim": self.dim,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
        }
