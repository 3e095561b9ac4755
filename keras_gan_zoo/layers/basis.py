from typing import Any

import keras
from keras import initializers, layers

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Basis2D(layers.Layer):
    """Numbers `(n, channels)` -> grids `(n, rows, columns, channels)`.

    Each channel is a learned grid, multiplied by that channel's number: what R3GAN's
    generator begins with (Huang et al. 2024). arXiv:2501.05441.

    Args:
        grid: `(rows, columns)`.
        initializer: of the weight `(rows, columns, channels)`, N(0, 1) by default.

    Example:

    >>> import numpy as np
    >>> tuple(Basis2D((4, 4))(np.ones((2, 8), "float32")).shape)
    (2, 4, 4, 8)
    """

    def __init__(
        self, grid: tuple[int, int], initializer: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.grid = tuple(grid)
        self.initializer = initializers.get(initializer)
        if initializer is None:
            self.initializer = initializers.RandomNormal(stddev=1.0)

    def build(self, input_shape: tuple) -> None:
        self.basis = self.add_weight(
            (*self.grid, input_shape[-1]), self.initializer, name="basis"
        )

    def call(self, inputs: Tensor) -> Tensor:
        return inputs[:, None, None, :] * self.basis

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape[0], *self.grid, input_shape[-1]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "grid": self.grid,
            "initializer": initializers.serialize(self.initializer),
        }
