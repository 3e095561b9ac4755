import math
from typing import Any

import keras
from keras import initializers, layers, ops

from keras_gan_zoo.layers.layer_normalization import LayerNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class LinearAttention(layers.Layer):
    """Attention whose cost grows with the places of a grid, not with their square.

    `x + o(gelu(softmax(q) (softmax(k)^T v)))` of `x` normalized over the channels of
    each pixel, in several heads. The first softmax is over a head's channels, divided
    by their root, the other over the places (Shen et al. 2021, section 3.2). q is 1x1,
    k and v are 3x3 for each channel and then 1x1, as in Lightweight GAN.
    arXiv:1812.01243.

    Args:
        heads: int.
        width: int, channels of each head.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: `(n, height, width, channels)`, the same.

    Example:

    >>> import numpy as np
    >>> layer = LinearAttention(heads=2, width=4)
    >>> tuple(layer(np.ones((2, 4, 4, 8), "float32")).shape)
    (2, 4, 4, 8)
    """

    def __init__(self, heads: int = 8, width: int = 64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads
        self.width = width

    def build(self, input_shape: tuple) -> None:
        inner = self.heads * self.width
        self.norm = LayerNormalization(
            axis=-1, epsilon=1e-5, dtype=self.dtype_policy, name="norm"
        )
        self.norm.build(input_shape)
        self.depthwise = layers.DepthwiseConv2D(
            3,
            padding="same",
            use_bias=False,
            depthwise_initializer=initializers.RandomNormal(stddev=math.sqrt(2 / 9)),
            data_format="channels_last",
            dtype=self.dtype_policy,
            name="depthwise",
        )
        self.depthwise.build(input_shape)
        self.query = self._dense(inner, input_shape, "query")
        self.key_value = self._dense(2 * inner, input_shape, "key_value")
        self.output_layer = self._dense(
            input_shape[-1], (*input_shape[:-1], inner), "output", use_bias=True
        )

    def _dense(self, units, shape, name, use_bias=False):
        dense = layers.Dense(
            units,
            use_bias=use_bias,
            kernel_initializer=initializers.VarianceScaling(
                2.0, "fan_in", "untruncated_normal"
            ),
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build(shape)
        return dense

    def call(self, inputs: Tensor) -> Tensor:
        places = inputs.shape[1] * inputs.shape[2]

        def split(x):  # (n, heads, places, width)
            x = ops.reshape(x, (-1, places, self.heads, self.width))
            return ops.transpose(x, (0, 2, 1, 3))

        def softmax(x, axis):
            return ops.cast(ops.softmax(ops.cast(x, "float32"), axis=axis), x.dtype)

        x = self.norm(inputs)
        q = softmax(split(self.query(x)), -1) * self.width**-0.5
        k, v = ops.split(self.key_value(self.depthwise(x)), 2, axis=-1)
        k, v = softmax(split(k), 2), split(v)
        found = ops.matmul(q, ops.matmul(ops.swapaxes(k, 2, 3), v))
        found = ops.reshape(
            ops.transpose(found, (0, 2, 1, 3)),
            (-1, *inputs.shape[1:3], self.heads * self.width),
        )
        return inputs + self.output_layer(ops.gelu(found, approximate=False))

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "heads": self.heads, "width": self.width}
