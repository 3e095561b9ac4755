import math
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose kernel is scaled for each image by a style.

    Input channel i of the kernel is multiplied by the style's s_i, and each output
    channel divided by the norm that it then has (Karras et al. 2020, eq. 1 and 3):

        w'_ijk = s_i w_ijk;  w''_ijk = w'_ijk / sqrt(sum_ik w'_ijk^2 + epsilon)

    Computed on the activations, which are scaled before and after one convolution with
    the kernel that all images share. arXiv:1912.04958.

    The kernel is drawn from N(0, 1). Without demodulation it is multiplied by
    `1 / sqrt(fan_in)`, as `EqualizedLearningRate` does.

    Args:
        filters: int.
        kernel_size: int.
        upsample: bool: a transposed convolution of stride 2 without padding, whose
            result is `(2 * height + 1, 2 * width + 1)` with a 3x3 kernel; a filter of
            `FIRResampling2D` follows.
        demodulate: bool.
        epsilon: float.
        **kwargs: those of `keras.layers.Layer`.

    Call it with `x`, `(n, height, width, channels)`, and styles `(n, channels)`.

    Example:

    >>> import numpy as np
    >>> x, style = np.ones((2, 4, 4, 3), "float32"), np.ones((2, 3), "float32")
    >>> tuple(ModulatedConv2D(8, 3)(x, style).shape)
    (2, 4, 4, 8)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        upsample: bool = False,
        demodulate: bool = True,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.upsample = upsample
        self.demodulate = demodulate
        self.epsilon = epsilon

    def build(self, inputs_shape: tuple, styles_shape: tuple | None = None) -> None:
        self.kernel = self.add_weight(
            (self.kernel_size, self.kernel_size, inputs_shape[-1], self.filters),
            keras.initializers.RandomNormal(stddev=1.0),
            name="kernel",
            autocast=False,
        )

    def call(self, inputs: Tensor, styles: Tensor) -> Tensor:
        kernel, styles = self.kernel, ops.cast(styles, "float32")
        fan_in = math.prod(self.kernel.shape[:-1])
        if not self.demodulate:
            kernel = kernel / math.sqrt(fan_in)
        elif self.compute_dtype == "float16":  # sizes that cancel, so that sums fit
            axes = (0, 1, 2)
            largest = ops.max(ops.abs(kernel), axis=axes, keepdims=True)
            kernel = kernel / (largest * math.sqrt(fan_in))
            styles = styles / ops.max(ops.abs(styles), axis=1, keepdims=True)
        x = inputs * ops.cast(styles, inputs.dtype)[:, None, None, :]
        x = self._convolve(x, ops.cast(kernel, inputs.dtype))
        if self.demodulate:
            sizes = ops.sum(ops.square(kernel), axis=(0, 1))
            norm = ops.matmul(ops.square(styles), sizes) + self.epsilon
            x = x * ops.cast(ops.rsqrt(norm), x.dtype)[:, None, None, :]
        return x

    def _convolve(self, x, kernel):
        if not self.upsample:
            return ops.conv(x, kernel, 1, "same", data_format="channels_last")
        kernel = ops.transpose(kernel, (0, 1, 3, 2))
        return ops.conv_transpose(x, kernel, 2, "valid", data_format="channels_last")

    def compute_output_shape(
        self, inputs_shape: tuple, styles_shape: tuple | None = None
    ) -> tuple[Any, ...]:
        n, *sizes, _ = inputs_shape
        if self.upsample:
            sizes = [2 * (size - 1) + max(self.kernel_size, 2) for size in sizes]
        return (n, *sizes, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "upsample": self.upsample,
            "demodulate": self.demodulate,
            "epsilon": self.epsilon,
        }
