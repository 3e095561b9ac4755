from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class LatentAverage(keras.layers.Layer):
    """The identity; follows the mean of what passes through it in training.

    Put after a mapping network it knows the average w, towards which truncation moves
    others: `average + truncation * (w - average)` (Karras et al. 2019, appendix B).
    arXiv:1812.04948.

    Args:
        decay: float, of the moving average, which starts from 0.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: `(n, dim)`, the same.

    Example:

    >>> import numpy as np
    >>> layer = LatentAverage(decay=0.5)
    >>> x = layer(np.array([[2.0, 4.0], [4.0, 8.0]], "float32"), training=True)
    >>> keras.ops.convert_to_numpy(layer.average).tolist()
    [1.5, 3.0]
    """

    def __init__(self, decay: float = 0.995, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.decay = decay

    def build(self, input_shape: tuple) -> None:
        self.average = self.add_weight(
            (input_shape[-1],),
            "zeros",
            trainable=False,
            autocast=False,
            aggregation="mean",
            name="average",
        )

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        if training and self.trainable:
            rows = backend.all_rows(ops.stop_gradient(ops.cast(inputs, "float32")))
            mean, old = ops.mean(rows, axis=0), ops.copy(self.average)
            self.average.assign(self.decay * old + (1.0 - self.decay) * mean)
        return inputs

    def truncate(self, latents: Tensor, truncation: float) -> Tensor:
        """Move latents `(n, ..., dim)` towards the average; 1 leaves them, 0 is it."""
        return self.average + truncation * (latents - self.average)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decay": self.decay}
