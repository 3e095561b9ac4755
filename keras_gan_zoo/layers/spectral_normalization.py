import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.backend.keras_internals import kernel_attribute
from keras_gan_zoo.layers.kernels import output_axes
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class SpectralNormalization(layers.Wrapper):
    """A layer whose kernel is divided by its largest singular value.

    Each forward pass uses `W / sigma` with `sigma = u^T W v`; the kernel itself is
    unchanged. In training, a step of the power iteration improves `u` and `v`, which
    are constants to the gradient; in inference they do not change (Miyato et al. 2018,
    algorithm 1). `W` has one row per output channel, or per embedding. Averages of a
    network's weights keep `u` and `v` of unit length.
    arXiv:1802.05957.

    Keras' own wrapper writes `W / sigma` into the kernel in each training pass, so the
    generator's step changes the discriminator, and on JAX the change is lost.

    Args:
        layer: a Dense, convolution, depthwise or transposed convolution, or Embedding.
        power_iterations: int, steps of the power iteration per training pass.
        epsilon: float, the smallest norm that vectors are divided by.
        **kwargs: those of `keras.layers.Layer`.

    Example:

    >>> import numpy as np
    >>> layer = SpectralNormalization(keras.layers.Dense(3))
    >>> tuple(layer(np.ones((2, 4), "float32"), training=True).shape)
    (2, 3)
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        power_iterations: int = 1,
        epsilon: float = 1e-12,
        **kwargs: Any,
    ) -> None:
        if power_iterations < 1:
            raise ValueError(
                "`power_iterations` must be 1 or more. "
                f"Received: power_iterations={power_iterations}"
            )
        super().__init__(layer, **kwargs)
        self.power_iterations = power_iterations
        self.epsilon = epsilon
        self.autocast = False  # the kernel is measured in float32

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        kernel = self._kernel()
        self._rows = output_axes(self.layer, len(kernel.shape))

        def first_u(shape, dtype):
            return self._unit(keras.random.normal(shape, dtype=dtype))

        def first_v(shape, dtype):  # so that `sigma` makes sense before any step
            return self._unit(ops.matmul(self._matrix(), self.u))

        rows = math.prod(kernel.shape[axis] for axis in self._rows)
        columns = math.prod(kernel.shape) // rows
        # The constraint is for averages of weights, in which they are to stay units.
        fixed: Any = {"trainable": False, "constraint": self._unit}
        self.u = self.add_weight((rows,), first_u, name="u", **fixed)
        self.v = self.add_weight((columns,), first_v, name="v", **fixed)

    def _kernel(self):
        self._name = kernel_attribute(self.layer)
        if self._name is None:
            raise ValueError(
                "`SpectralNormalization` must wrap a layer with a kernel or "
                "embeddings, such as Dense, Conv2D or Embedding. "
                f"Received: layer={self.layer}"
            )
        return vars(self.layer)[self._name]

    def _matrix(self):
        """W transposed, as Keras stores most kernels."""
        kernel = ops.cast(vars(self.layer)[self._name], "float32")
        rank, count = len(kernel.shape), len(self._rows)
        last = tuple(range(rank - count, rank))
        if self._rows != last:
            kernel = ops.moveaxis(kernel, self._rows, last)
        return ops.reshape(kernel, (-1, math.prod(kernel.shape[rank - count :])))

    def _unit(self, x):
        return x / ops.maximum(ops.sqrt(ops.sum(ops.square(x))), self.epsilon)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        matrix = self._matrix()
        u, v = ops.copy(self.u), ops.copy(self.v)
        if training and self.trainable:
            still = ops.stop_gradient(matrix)
            for _ in range(self.power_iterations):
                v = self._unit(ops.matmul(still, u))
                u = self._unit(ops.matmul(v, still))
            u, v = ops.stop_gradient(u), ops.stop_gradient(v)
            self.u.assign(u)
            self.v.assign(v)
        sigma = ops.sum(ops.matmul(v, matrix) * u)
        attributes: Any = vars(self.layer)
        kernel = attributes[self._name]
        normalized = ops.cast(kernel, "float32") / sigma
        attributes[self._name] = ops.cast(normalized, self.layer.compute_dtype)
        try:
            return self.layer(inputs)
        finally:
            attributes[self._name] = kernel

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "power_iterations": self.power_iterations,
            "epsilon": self.epsilon,
        }
