from typing import Any

import keras
from keras import initializers, ops

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class ConditionalBatchNormalization(BatchNormalization):
    """Batch normalization with a gain and a bias for each class.

    `gain[label] * (x - mean) / sqrt(variance + epsilon) + bias[label]`, with moments
    over all classes (Dumoulin et al. 2017, eq. 5; de Vries et al. 2017, section 4).
    arXiv:1610.07629, arXiv:1707.00683.

    Args:
        num_classes: int.
        gain_initializer: initializer of the gains `(num_classes, channels)`. 1 by
            default; mimicry's cGAN-PD has `keras.initializers.RandomNormal(1.0, 0.02)`.
        bias_initializer: initializer of the biases, of the same shape.
        momentum: float, the momentum of the moving moments.
        epsilon: float.
        **kwargs: those of `BatchNormalization`.

    Call it with `x`, whose last axis is the channels, and int labels `(n,)`.

    Example:

    >>> import numpy as np
    >>> layer = ConditionalBatchNormalization(num_classes=10)
    >>> x, labels = np.ones((2, 4, 4, 3), "float32"), np.array([3, 7])
    >>> tuple(layer(x, labels).shape)
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        num_classes: int,
        gain_initializer: Any = "ones",
        bias_initializer: Any = "zeros",
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        kwargs = {**kwargs, "center": False, "scale": False}
        super().__init__(momentum=momentum, epsilon=epsilon, **kwargs)
        self.num_classes = num_classes
        self.gain_initializer = initializers.get(gain_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    def build(self, inputs_shape: tuple, labels_shape: tuple | None = None) -> None:
        super().build(inputs_shape)
        self.gain, self.bias = (
            self.add_weight(
                shape=(self.num_classes, inputs_shape[-1]),
                initializer=initializer,
                name=name,
                autocast=False,
            )
            for name, initializer in (
                ("gain", self.gain_initializer),
                ("bias", self.bias_initializer),
            )
        )

    def call(  # type: ignore[override]
        self, inputs: Tensor, labels: Tensor, training: bool | None = None
    ) -> Tensor:
        x = super().call(inputs, training=training)
        gain, bias = (
            ops.take(table, labels, axis=0) for table in (self.gain, self.bias)
        )
        return self._modulate(x, gain, bias)

    def compute_output_shape(
        self, inputs_shape: tuple, labels_shape: tuple | None = None
    ) -> tuple[Any, ...]:
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "gain_initializer": initializers.serialize(self.gain_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
        }
