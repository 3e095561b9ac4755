from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Orthogonality(keras.regularizers.Regularizer):
    """Filters at right angles to each other, of any length.

    `factor * ||W^T W * (1 - I)||_F^2` (Brock et al. 2019, eq. 3), for a kernel `W` with
    a column for each output channel. Unlike `keras.regularizers.OrthogonalRegularizer`
    it doesn't normalize the columns, and takes kernels of convolutions.
    arXiv:1809.11096.

    Args:
        factor: float.

    Example:

    >>> import numpy as np
    >>> round(float(Orthogonality(0.5)(np.array([[2.0, 1.0], [0.0, 3.0]]))), 3)
    4.0
    """

    def __init__(self, factor: float = 1e-4) -> None:
        self.factor = float(factor)

    def __call__(self, kernel: Tensor) -> Tensor:
        kernel = ops.cast(kernel, "float32")
        columns = ops.reshape(kernel, (-1, kernel.shape[-1]))
        products = ops.matmul(ops.transpose(columns), columns)
        off = products * (1.0 - ops.eye(kernel.shape[-1]))
        return self.factor * ops.sum(ops.square(off))

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor}
