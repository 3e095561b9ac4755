from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class FreshLatents(keras.layers.Layer):
    """In training, new latents from N(0, 1) in place of those given.

    In inference it is the identity. With `StyleMixing` it brings the second latent of
    a generator that takes one.

    Args:
        seed: int or None.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: any, the same.

    Example:

    >>> import numpy as np
    >>> layer, z = FreshLatents(), np.zeros((2, 3), "float32")
    >>> bool(keras.ops.any(layer(z) != 0))
    False
    >>> bool(keras.ops.all(layer(z, training=True) != 0))
    True
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        if not training:
            return inputs
        size, *shape = ops.shape(inputs)
        drawn = backend.replica_rows(
            lambda n: keras.random.normal((n, *shape), seed=self.seed_generator), size
        )
        return ops.cast(drawn, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
