from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class NoiseInjection(keras.layers.Layer):
    """Adds a map of noise, times a learned strength, to all channels.

    In training the noise is drawn anew for each image from N(0, 1). In inference it is
    one stored map, so that an image depends on its latents alone (Karras et al. 2020,
    section 2, and `noise_mode="const"` of their code). arXiv:1912.04958.

    Args:
        seed: int or None.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shape: `(n, height, width, channels)`, the same.

    Example:

    >>> import numpy as np
    >>> layer, x = NoiseInjection(), np.ones((2, 4, 4, 3), "float32")
    >>> float(keras.ops.max(layer(x)))  # the strength starts from 0
    1.0
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: tuple) -> None:
        self.noise = self.add_weight(
            (*input_shape[1:3], 1),
            keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            name="noise",
        )
        self.strength = self.add_weight((), "zeros", name="strength")

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        noise = self.noise
        if training:
            shape, seed = self.noise.shape, self.seed_generator
            noise = backend.replica_rows(
                lambda n: keras.random.normal((n, *shape), seed=seed),
                ops.shape(inputs)[0],
            )
        noise = ops.cast(noise, inputs.dtype)
        return inputs + noise * ops.cast(self.strength, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
