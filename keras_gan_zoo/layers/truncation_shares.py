from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class TruncationShares(keras.layers.Layer):
    """Truncations `(n,)` from 0 to 1 -> the share of each table of moments, `(n, k)`.

    For `TabulatedBatchNormalization`. Table `i` of `tables` is that of truncation
    `i / (tables - 1)`; between two of them both have a share.

    Args:
        tables: int, 2 or more.
        published: bool: as in pytorch-pretrained-BigGAN, whose images these are then:
            the shares of the two tables are swapped, and by rounding some truncations
            that have a table take a neighbour's, such as 0.58 of 51. False: linear.
        **kwargs: those of `keras.layers.Layer`.

    Example:

    >>> import numpy as np
    >>> shares = TruncationShares(3, published=False)(np.array([0.5, 0.875], "float32"))
    >>> keras.ops.convert_to_numpy(shares)
    array([[0.  , 1.  , 0.  ],
           [0.  , 0.25, 0.75]], dtype=float32)
    """

    def __init__(self, tables: int, published: bool = True, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.tables = tables
        self.published = published
        self.built = True

    def call(self, truncations: Tensor) -> Tensor:
        place = ops.clip(truncations, 0.0, 1.0) * (self.tables - 1)
        nearest = ops.round(place)
        exact = ops.convert_to_tensor(self._rows())
        at = ops.take(exact, ops.cast(nearest, "int32"), axis=0)
        lower = ops.floor(place)
        upper = place - lower
        if self.published:
            upper = 1.0 - upper
        below, above = (
            ops.one_hot(ops.cast(row, "int32"), self.tables, dtype="float32")
            for row in (lower, ops.minimum(lower + 1.0, self.tables - 1.0))
        )
        between = (1.0 - upper)[:, None] * below + upper[:, None] * above
        on_grid = ops.abs(place - nearest) < 1e-6 * self.tables
        return ops.where(on_grid[:, None], at, between)

    def _rows(self):
        """The shares at each table's own truncation, `(tables, tables)`."""
        rows = np.eye(self.tables, dtype="float32")
        if not self.published:
            return rows
        step = 1.0 / (self.tables - 1)
        for i in range(self.tables):
            rest, row = np.modf(i / (self.tables - 1) / step)
            if rest:  # of rounding
                rows[i] = 0.0
                rows[i, int(row)] = rest
                rows[i, int(row) + 1] = 1.0 - rest
        return rows

    def compute_output_shape(self, truncations_shape: tuple) -> tuple[Any, ...]:
        return (*truncations_shape, self.tables)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "tables": self.tables,
            "published": self.published,
        }
