import math
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

KINDS = ("norm", "mean_absolute")


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class ReconstructionError(keras.layers.Layer):
    """How far an auto-encoder's image is from its input: the energy of an image.

    Input: a pair of tensors `(n, ...)` of one shape. Output shape: `(n, 1)`.

    Args:
        kind: `"norm"`, the Euclidean norm of the difference over all pixels and
            channels, which grows with the size of the image (EBGAN, Zhao et al. 2017,
            section 2.3); or `"mean_absolute"`, the mean of its absolute values over
            them, which does not (BEGAN, Berthelot et al. 2017, section 3.1).

    Example:

    >>> import numpy as np
    >>> pair = np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), 3.0)
    >>> [float(ReconstructionError(kind)(pair)[0, 0]) for kind in KINDS]
    [6.0, 3.0]
    """

    #: the smallest and the largest energy, for `networks.activations`
    output_range = (0.0, math.inf)

    def __init__(self, kind: str = "norm", **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        if kind not in KINDS:
            raise ValueError(f"`kind` must be one of {KINDS}. Received: kind={kind!r}")
        self.kind = kind

    def call(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        one, other = inputs
        axes = tuple(range(1, len(one.shape)))
        if self.kind == "norm":
            # Not quite 0, where a root has no slope.
            total = ops.sum(ops.square(one - other), axis=axes) + 1e-12
            return ops.sqrt(total)[:, None]
        return ops.mean(ops.abs(one - other), axis=axes)[:, None]

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0][0], 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind}
