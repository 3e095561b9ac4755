from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class BatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` with a correct second derivative everywhere.

    Keras takes the moments from `tf.nn.moments`, which stops the gradient at the
    mean. That is right for the first derivative, but wrong in a penalty on the
    generator, which differentiates twice (Keras 3.15 on TensorFlow 2.21; JAX and torch
    are right).

    Takes the arguments of `keras.layers.BatchNormalization`, except `renorm` and
    `synchronized`.

    Example:

    >>> import numpy as np
    >>> layer = BatchNormalization(momentum=0.9, epsilon=1e-5)
    >>> tuple(layer(np.ones((2, 4, 4, 3), "float32"), training=True).shape)
    (2, 4, 4, 3)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.renorm or self.synchronized:
            raise ValueError(
                "This batch normalization has neither `renorm` nor `synchronized`; "
                "`keras.layers.BatchNormalization` has both. "
                f"Received: renorm={self.renorm}, synchronized={self.synchronized}"
            )

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        shape = [1] * len(inputs.shape)
        shape[self.axis] = -1
        mean = ops.reshape(self.moving_mean, shape)
        variance = ops.reshape(self.moving_variance, shape)
        return self._normalize(inputs, mean, variance, training)

    def _normalize(self, inputs, mean, variance, training):
        """By stored moments, which broadcast with `inputs`, or the batch's own."""
        shape = [1] * len(inputs.shape)
        shape[self.axis] = -1
        x = ops.cast(inputs, "float32")
        if training and self.trainable:
            last = self.axis % len(shape)
            axes = [axis for axis in range(len(shape)) if axis != last]
            mean = ops.mean(x, axis=axes, keepdims=True)
            variance = ops.mean(ops.square(x - mean), axis=axes, keepdims=True)
            self._follow(self.moving_mean, mean)
            self._follow(self.moving_variance, variance)
        x = (x - mean) * ops.rsqrt(variance + self.epsilon)
        if self.scale:
            x = x * ops.reshape(self.gamma, shape)
        if self.center:
            x = x + ops.reshape(self.beta, shape)
        return ops.cast(x, self.compute_dtype)

    def _modulate(self, normalized, gain, bias):
        """`gain * normalized + bias`, with gains and biases `(n, channels)`."""
        x = ops.cast(normalized, "float32")
        shape = (-1, *[1] * (len(x.shape) - 2), x.shape[-1])
        gain, bias = (
            ops.reshape(ops.cast(part, "float32"), shape) for part in (gain, bias)
        )
        return ops.cast(gain * x + bias, self.compute_dtype)

    def _follow(self, moving, new):
        moving.assign(self._step(moving, new))

    def _step(self, old, new):
        new = ops.reshape(ops.stop_gradient(new), old.shape)
        return self.momentum * old + (1.0 - self.momentum) * new
