from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class FIRResampling2D(keras.layers.Layer):
    """Resamples images through a separable low-pass filter.

    Zeros between the pixels if `up` is 2, zeros around them, the filter, then every
    second pixel if `down` is 2: `scipy.signal.upfirdn` of rows and of columns. What
    anti-aliasing networks use in place of plain strides (Zhang 2019; Karras et al.
    2020, appendix B). arXiv:1904.11486, arXiv:1912.04958.

    Args:
        up: 1 or 2.
        down: 1 or 2; not both 2.
        kernel: the filter's numbers, which are divided by their sum; an image keeps its
            brightness.
        padding: None, for `(up * height, up * width)` or `(ceil(height / down),
            ceil(width / down))` pixels in their places; or
            `((top, bottom), (left, right))`.
        gain: float, what the result is multiplied by.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: `(n, height, width, channels)`.

    Example:

    >>> import numpy as np
    >>> x = np.ones((1, 8, 8, 3), "float32")
    >>> tuple(FIRResampling2D(up=2)(x).shape), tuple(FIRResampling2D(down=2)(x).shape)
    ((1, 16, 16, 3), (1, 4, 4, 3))
    """

    def __init__(
        self,
        up: int = 1,
        down: int = 1,
        kernel: Sequence[float] = (1, 3, 3, 1),
        padding: Any = None,
        gain: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (up, down) not in ((1, 1), (2, 1), (1, 2)):
            raise ValueError(
                "`up` and `down` must be 1 or 2, and not both 2. "
                f"Received: up={up}, down={down}"
            )
        self.up = up
        self.down = down
        self.kernel = tuple(kernel)
        self.padding = padding and tuple(tuple(pair) for pair in padding)
        self.gain = gain

    def call(self, inputs: Tensor) -> Tensor:
        taps = np.array(self.kernel[::-1], "float64")  # a convolution, as in NumPy
        taps = taps * self.up * np.sqrt(self.gain) / taps.sum()
        padding = self._padding(inputs.shape)
        resample = _depthwise if backend.GROUPED_CONVOLUTIONS else _sums
        return resample(inputs, taps, self.up, self.down, padding)

    def _padding(self, shape):
        return self.padding or [self._around(size) for size in shape[1:3]]

    def _around(self, size):
        """Pixels before and after, of the upsampled size."""
        taps, up, down = len(self.kernel), self.up, self.down
        if up > 1:
            return (taps + up - 1) // 2, (taps - up) // 2
        return (taps - down + 1) // 2, (taps - down) // 2 + -size % down

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        n, *sizes, channels = input_shape
        sizes = [
            (self.up * size + sum(pair) - len(self.kernel)) // self.down + 1
            for size, pair in zip(sizes, self._padding(input_shape), strict=True)
        ]
        return (n, *sizes, channels)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "up": self.up,
            "down": self.down,
            "kernel": self.kernel,
            "padding": self.padding,
            "gain": self.gain,
        }


def _depthwise(x, taps, up, down, padding):
    """As one depthwise convolution."""
    height, width, channels = x.shape[1:]
    if up > 1:
        x = ops.reshape(x, (-1, height, 1, width, 1, channels))
        x = ops.pad(x, [(0, 0), (0, 0), (0, up - 1), (0, 0), (0, up - 1), (0, 0)])
        x = ops.reshape(x, (-1, height * up, width * up, channels))
    x = ops.pad(x, [(0, 0), *padding, (0, 0)])
    kernel = np.outer(taps, taps)[:, :, None, None].repeat(channels, axis=2)
    kernel = ops.convert_to_tensor(kernel, dtype=x.dtype)
    return ops.depthwise_conv(x, kernel, down, "valid", data_format="channels_last")


def _sums(x, taps, up, down, padding):
    """As weighted sums of shifted images, which a compiler can make one loop of."""
    for axis, (before, after) in enumerate(padding, start=1):
        size = (up * x.shape[axis] + before + after - len(taps)) // down + 1
        pairs = [(0, 0)] * 4
        pairs[axis] = (-(-before // up), -(-after // up) + up - 1)
        x = ops.pad(x, pairs)
        each = -(-size // up)
        phases = [
            _phase(x, axis, taps, phase, up, down, before, each) for phase in range(up)
        ]
        x = phases[0]
        if up > 1:
            shape = [-1, *x.shape[1:]]
            shape[axis] = up * each
            x = ops.reshape(ops.stack(phases, axis=axis + 1), shape)
            x = x[(slice(None),) * axis + (slice(size),)]
    return x


def _phase(x, axis, taps, phase, up, down, before, size):
    """The pixels `phase`, `phase + up`, ... of an axis."""
    found = 0.0
    for i, tap in enumerate(taps):
        place = phase + i - before  # of the upsampled pixel that this tap meets
        if place % up == 0:
            start = place // up + -(-before // up)
            cut = slice(start, start + (size - 1) * down + 1, down)
            found = found + float(tap) * x[(slice(None),) * axis + (cut,)]
    return found
