from typing import Any

import keras
from keras import ops

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class TabulatedBatchNormalization(BatchNormalization):
    """Batch normalization with moments for each of some truncations of the latents.

    The moments of a generator's activations depend on how far its latents are
    truncated; DeepMind's BigGAN has them tabulated (Brock et al. 2019, appendix E).
    arXiv:1809.11096. In training a batch has its own moments, and those of the last
    table, without truncation, follow.

    Args:
        tables: int, how many.
        momentum: float, the momentum of the last table's moments.
        epsilon: float.
        **kwargs: those of `BatchNormalization`.

    Call it with `x`, whose last axis is the channels, and `shares`, `(n, tables)`, from
    `TruncationShares`; and with `gain` and `bias`, `(n, channels)`, for
    `(1 + gain) * normalized + bias`.

    Example:

    >>> import numpy as np
    >>> layer = TabulatedBatchNormalization(3)
    >>> tuple(layer(np.ones((2, 4, 4, 5), "float32"), np.eye(2, 3)).shape)
    (2, 4, 4, 5)
    """

    def __init__(
        self, tables: int, momentum: float = 0.9, epsilon: float = 1e-4, **kwargs: Any
    ) -> None:
        super().__init__(momentum=momentum, epsilon=epsilon, **kwargs)
        self.tables = tables

    def build(self, inputs_shape: tuple, *others: tuple, **named: tuple) -> None:
        channels = inputs_shape[-1]
        for name, used, start in (
            ("gamma", self.scale, "ones"),
            ("beta", self.center, "zeros"),
        ):
            if used:
                made = self.add_weight((channels,), start, autocast=False, name=name)
                setattr(self, name, made)
        for name, start in (("moving_mean", "zeros"), ("moving_variance", "ones")):
            made = self.add_weight(
                (self.tables, channels),
                start,
                trainable=False,
                autocast=False,
                name=name,
            )
            setattr(self, name, made)
        self.built = True

    def call(  # type: ignore[override]
        self,
        inputs: Tensor,
        shares: Tensor,
        gain: Tensor = None,
        bias: Tensor = None,
        training: bool | None = None,
    ) -> Tensor:
        shape = (-1, *[1] * (len(inputs.shape) - 2), inputs.shape[-1])
        mean, variance = (
            ops.reshape(ops.matmul(ops.cast(shares, "float32"), table), shape)
            for table in (self.moving_mean, self.moving_variance)
        )
        x = self._normalize(inputs, mean, variance, training)
        if gain is None:
            return x
        return self._modulate(x, 1.0 + ops.cast(gain, "float32"), bias)

    def _follow(self, moving, new):
        table = ops.convert_to_tensor(moving)
        last = self._step(table[-1], new)
        moving.assign(ops.concatenate([table[:-1], last[None]]))

    def compute_output_shape(
        self, inputs_shape: tuple, *others: tuple, **named: tuple
    ) -> tuple[Any, ...]:
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "tables": self.tables}
