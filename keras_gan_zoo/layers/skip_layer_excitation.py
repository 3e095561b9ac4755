from typing import Any

import keras
import numpy as np
from keras import initializers, layers, ops

from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class SkipLayerExcitation(layers.Layer):
    """Gives each channel of a large map a gain in (0, 1) found in a small map.

    The small map's mean over each cell of a grid, a convolution of that grid to one
    pixel, SiLU, 1x1, sigmoid (Liu et al. 2021, eq. 1). The convolutions have no bias;
    in the authors' code they are spectrally normalized. arXiv:2101.04775.

    Args:
        grid: `(rows, columns)`.
        spectral: bool, whether the convolutions are spectrally normalized.
        **kwargs: those of `keras.layers.Layer`.

    Call it with the small and the large map, `(n, height, width, channels)`.

    Example:

    >>> import numpy as np
    >>> small, large = np.ones((2, 8, 8, 6), "float32"), np.ones((2, 64, 64, 3))
    >>> tuple(SkipLayerExcitation()(small, large.astype("float32")).shape)
    (2, 64, 64, 3)
    """

    def __init__(
        self, grid: tuple[int, int] = (4, 4), spectral: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.grid = tuple(grid)
        self.spectral = spectral

    def build(self, small_shape: tuple, large_shape: tuple) -> None:
        width = large_shape[-1]
        self.convolution = self._convolution(width, self.grid, "convolution")
        self.mix = self._convolution(width, 1, "mix")
        self.convolution.build((None, *self.grid, small_shape[-1]))
        self.mix.build((None, 1, 1, width))

    def _convolution(self, width, size, name):
        layer = layers.Conv2D(
            width,
            size,
            use_bias=False,
            kernel_initializer=initializers.RandomNormal(stddev=0.02),
            data_format="channels_last",
            dtype=self.dtype_policy,
            name=name,
        )
        if not self.spectral:
            return layer
        return SpectralNormalization(layer, dtype=self.dtype_policy, name=name)

    def call(
        self, small: Tensor, large: Tensor, training: bool | None = None
    ) -> Tensor:
        x = small
        for axis, cells in enumerate(self.grid, start=1):
            means = ops.cast(cell_means(x.shape[axis], cells), x.dtype)
            x = ops.moveaxis(ops.tensordot(x, means, axes=(axis, 1)), -1, axis)
        keywords = {"training": training} if self.spectral else {}
        x = ops.silu(self.convolution(x, **keywords))
        return large * ops.sigmoid(self.mix(x, **keywords))

    def compute_output_shape(
        self, small_shape: tuple, large_shape: tuple
    ) -> tuple[Any, ...]:
        return large_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "grid": self.grid, "spectral": self.spectral}


def cell_means(size: int, cells: int) -> np.ndarray:
    """A matrix `(cells, size)` of means over cells, which overlap if they must.

    As torch's adaptive average pooling has them.

    Example:

    >>> cell_means(3, 2)
    array([[0.5, 0.5, 0. ],
           [0. , 0.5, 0.5]], dtype=float32)
    """
    matrix = np.zeros((cells, size), "float32")
    for i in range(cells):
        start, stop = i * size // cells, -(-(i + 1) * size // cells)
        matrix[i, start:stop] = 1 / (stop - start)
    return matrix
