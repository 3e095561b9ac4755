from typing import Any

import keras
from keras import initializers, layers, ops, regularizers

from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class SelfAttention(layers.Layer):
    """Self-attention over the places of a grid (Zhang et al. 2019, eq. 1 to 3).

    `x + gamma * o(softmax(theta(x) phi(x)^T) g(x))`, where theta, phi, g and o are 1x1
    convolutions without biases, the softmax is over the places of phi, without a
    scale, and gamma starts from 0. As in the authors' code theta and phi have an
    eighth of the channels and g half of them, and phi and g are max pooled by 2x2.
    arXiv:1805.08318.

    Args:
        spectral: bool, whether the convolutions are spectrally normalized.
        epsilon: float, of `SpectralNormalization`.
        kernel_initializer: initializer of the convolutions' kernels.
        kernel_regularizer: regularizer of them, or None.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: `(n, height, width, channels)`, the same.

    Example:

    >>> import numpy as np
    >>> layer = SelfAttention()
    >>> tuple(layer(np.ones((2, 4, 4, 8), "float32")).shape)
    (2, 4, 4, 8)
    """

    def __init__(
        self,
        spectral: bool = False,
        epsilon: float = 1e-12,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.spectral = spectral
        self.epsilon = epsilon
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.pool = layers.MaxPooling2D(
            2, padding="same", data_format="channels_last", dtype=self.dtype_policy
        )

    def build(self, input_shape: tuple) -> None:
        channels = input_shape[-1]
        of_keys, of_values = max(1, channels // 8), max(1, channels // 2)
        self.theta = self._convolution(of_keys, "theta", input_shape)
        self.phi = self._convolution(of_keys, "phi", input_shape)
        self.g = self._convolution(of_values, "g", input_shape)
        self.o = self._convolution(channels, "o", (*input_shape[:-1], of_values))
        self.gamma = self.add_weight((), "zeros", name="gamma", autocast=False)

    def _convolution(self, width, name, input_shape):
        convolution = layers.Conv2D(
            width,
            1,
            use_bias=False,
            kernel_initializer=self.kernel_initializer.clone(),
            kernel_regularizer=self.kernel_regularizer,
            data_format="channels_last",
            dtype=self.dtype_policy,
            name=name,
        )
        if self.spectral:
            convolution = SpectralNormalization(
                convolution, epsilon=self.epsilon, dtype=self.dtype_policy, name=name
            )
        convolution.build(input_shape)
        return convolution

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        def convolve(layer, x):
            return layer(x, training=training) if self.spectral else layer(x)

        def places(x):
            return ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))

        theta = places(convolve(self.theta, inputs))
        phi = places(self.pool(convolve(self.phi, inputs)))
        g = places(self.pool(convolve(self.g, inputs)))
        alike = ops.matmul(theta, ops.swapaxes(phi, 1, 2))
        shares = ops.softmax(ops.cast(alike, "float32"), axis=-1)
        found = ops.matmul(ops.cast(shares, g.dtype), g)
        found = ops.reshape(found, (-1, *inputs.shape[1:3], g.shape[-1]))
        gamma = ops.cast(self.gamma, inputs.dtype)
        return inputs + gamma * convolve(self.o, found)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "spectral": self.spectral,
            "epsilon": self.epsilon,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
        }
