from typing import Any

import keras
from keras import ops

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class ModulatedBatchNormalization(BatchNormalization):
    """Batch normalization whose gains and biases are inputs, made by other layers.

    `(1 + gain) * (x - mean) / sqrt(variance + epsilon) + bias`. Where each class has
    its own, `ConditionalBatchNormalization` stores them; here they are functions of a
    vector, such as BigGAN's linear maps of a shared embedding and a part of the latents
    (Brock et al. 2019, appendix B). arXiv:1809.11096.

    Args:
        momentum: float, the momentum of the moving moments.
        epsilon: float.
        **kwargs: those of `BatchNormalization`.

    Call it with `x`, whose last axis is the channels, and `gain` and `bias`, both
    `(n, channels)`.

    Example:

    >>> import numpy as np
    >>> layer = ModulatedBatchNormalization()
    >>> x, gain, bias = np.ones((2, 4, 4, 3)), np.zeros((2, 3)), np.ones((2, 3))
    >>> tuple(layer(x, gain, bias).shape)
    (2, 4, 4, 3)
    """

    def __init__(
        self, momentum: float = 0.9, epsilon: float = 1e-5, **kwargs: Any
    ) -> None:
        kwargs = {**kwargs, "center": False, "scale": False}
        super().__init__(momentum=momentum, epsilon=epsilon, **kwargs)

    def build(self, inputs_shape: tuple, *others: tuple, **named: tuple) -> None:
        super().build(inputs_shape)

    def call(  # type: ignore[override]
        self, inputs: Tensor, gain: Tensor, bias: Tensor, training: bool | None = None
    ) -> Tensor:
        x = super().call(inputs, training=training)
        return self._modulate(x, 1.0 + ops.cast(gain, "float32"), bias)

    def compute_output_shape(
        self, inputs_shape: tuple, *others: tuple, **named: tuple
    ) -> tuple[Any, ...]:
        return inputs_shape
