from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class LearnedConstant(keras.layers.Layer):
    """The same learned tensor for each row of a batch; it starts from N(0, 1).

    The input of StyleGAN's synthesis network (Karras et al. 2019, section 2).
    arXiv:1812.04948.

    Args:
        shape: the output's shape without the first axis, such as `(4, 4, 512)`.
        **kwargs: those of `keras.layers.Layer`.

    Input shape: any; only the number of rows matters. Output shape: `(n, *shape)`.

    Example:

    >>> import numpy as np
    >>> tuple(LearnedConstant((4, 4, 8))(np.zeros((2, 5))).shape)
    (2, 4, 4, 8)
    """

    def __init__(self, shape: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape: tuple) -> None:
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.constant = self.add_weight(self.shape, normal, name="constant")

    def call(self, inputs: Tensor) -> Tensor:
        rows = (ops.shape(inputs)[0], *self.shape)
        constant = ops.cast(self.constant, self.compute_dtype)
        return ops.broadcast_to(constant[None], rows)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shape": self.shape}
