from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor

HE = {"scale": 2.0, "mode": "fan_in", "distribution": "untruncated_normal"}


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class GlobalContext(layers.Layer):
    """Gives each channel of a large map a gain in (0, 1) found in all of a small map.

    A mean over the small map's places, weighted by a softmax of one logit for each,
    then 1x1 to half of the large map's channels, LeakyReLU 0.1, 1x1, sigmoid (Cao et
    al. 2020, section 3.3, without its layer norm, as Lightweight GAN has it).
    arXiv:2012.13375.

    Call it with the small and the large map, `(n, height, width, channels)`.

    Example:

    >>> import numpy as np
    >>> small, large = np.ones((2, 8, 8, 6), "float32"), np.ones((2, 64, 64, 3))
    >>> tuple(GlobalContext()(small, large.astype("float32")).shape)
    (2, 64, 64, 3)
    """

    def build(self, small_shape: tuple, large_shape: tuple) -> None:
        width, channels = large_shape[-1], small_shape[-1]
        hidden = max(3, width // 2)
        self.attention = self._dense(1, small_shape, "attention")
        self.squeeze = self._dense(hidden, (None, channels), "squeeze")
        self.excite = self._dense(width, (None, hidden), "excite")

    def _dense(self, units, shape, name):
        he = keras.initializers.VarianceScaling(**HE)
        dense = layers.Dense(
            units, kernel_initializer=he, dtype=self.dtype_policy, name=name
        )
        dense.build(shape)
        return dense

    def call(self, small: Tensor, large: Tensor) -> Tensor:
        places = small.shape[1] * small.shape[2]
        logits = ops.reshape(self.attention(small), (-1, places, 1))
        shares = ops.softmax(ops.cast(logits, "float32"), axis=1)
        x = ops.reshape(small, (-1, places, small.shape[-1]))
        x = ops.sum(ops.cast(shares, x.dtype) * x, axis=1)
        x = ops.leaky_relu(self.squeeze(x), negative_slope=0.1)
        return large * ops.sigmoid(self.excite(x))[:, None, None, :]

    def compute_output_shape(
        self, small_shape: tuple, large_shape: tuple
    ) -> tuple[Any, ...]:
        return large_shape
