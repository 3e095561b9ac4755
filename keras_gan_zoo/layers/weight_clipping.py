from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class WeightClipping(keras.constraints.Constraint):
    """Clips each weight to [-limit, limit] after its update.

    WGAN's Lipschitz constraint (Arjovsky et al. 2017, algorithm 1), as a Keras
    constraint. arXiv:1701.07875.

    Args:
        limit: float above 0.

    Example:

    >>> import numpy as np
    >>> [round(float(x), 3) for x in WeightClipping(0.01)(np.array([-1.0, 0.005, 1.0]))]
    [-0.01, 0.005, 0.01]
    """

    def __init__(self, limit: float = 0.01) -> None:
        if not limit > 0:
            raise ValueError(
                f"`limit` must be above 0, for example 0.01. Received: limit={limit}"
            )
        self.limit = limit

    def __call__(self, w: Tensor) -> Tensor:
        return ops.clip(w, -self.limit, self.limit)

    def get_config(self) -> dict[str, Any]:
        return {"limit": self.limit}
