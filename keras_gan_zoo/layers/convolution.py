import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` whose `groups` are fast on a CPU, too.

    On TensorFlow and JAX a CPU works out a convolution in groups number by number; here
    it does one convolution for each group, which is many times as fast, gradients
    included. Weights, numbers and arguments are those of `Conv2D`.

    Args:
        *args: those of `keras.layers.Conv2D`.
        **kwargs: those of `keras.layers.Conv2D`, `groups` among them.

    Input shape: `(n, height, width, channels)`.
    Output shape: `(n, new_height, new_width, filters)`.

    Example:

    >>> import numpy as np
    >>> layer = Conv2D(8, 3, padding="same", groups=4)
    >>> tuple(layer(np.ones((1, 5, 5, 8), "float32")).shape), tuple(layer.kernel.shape)
    ((1, 5, 5, 8), (3, 3, 2, 8))
    """

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        convolve = super().convolution_op
        if self.groups == 1 or not backend.slow_groups():
            return convolve(inputs, kernel)
        axis = 1 if self.data_format == "channels_first" else -1
        parts = zip(
            ops.split(inputs, self.groups, axis),
            ops.split(kernel, self.groups, -1),
            strict=True,
        )
        return ops.concatenate([convolve(*part) for part in parts], axis)
