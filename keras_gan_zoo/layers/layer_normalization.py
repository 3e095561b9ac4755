import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class LayerNormalization(keras.layers.LayerNormalization):
    """`keras.layers.LayerNormalization` with a correct second derivative everywhere.

    Keras takes the variance from `tf.nn.moments`, which stops the gradient at the
    mean. That is right for the first derivative, but off by a few percent in a gradient
    penalty, which differentiates twice (Keras 3.15 on TensorFlow 2.21; JAX and torch
    are right).

    Takes the arguments of `keras.layers.LayerNormalization`; `axis` must be the last
    axes.

    Example:

    >>> import numpy as np
    >>> layer = LayerNormalization(axis=(1, 2, 3))
    >>> tuple(layer(np.ones((2, 4, 4, 3), "float32")).shape)
    (2, 4, 4, 3)
    """

    def call(self, inputs: Tensor) -> Tensor:
        axes = self.axis if isinstance(self.axis, (list, tuple)) else [self.axis]
        axes = [axis % len(inputs.shape) for axis in axes]
        x = ops.cast(inputs, "float32")
        x = x - ops.mean(x, axis=axes, keepdims=True)
        x = x * ops.rsqrt(
            ops.mean(ops.square(x), axis=axes, keepdims=True) + self.epsilon
        )
        if self.scale:
            x = x * ops.cast(self.gamma, x.dtype)
        if self.center:
            x = x + ops.cast(self.beta, x.dtype)
        return ops.cast(x, self.compute_dtype)
