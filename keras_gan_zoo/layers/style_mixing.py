from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class StyleMixing(keras.layers.Layer):
    """One latent for each layer of a synthesis network; in training often from two.

    With a probability, in training, the layers from a random one on take the other
    latent, so that neighbouring layers do not rely on each other's styles (Karras et
    al. 2019, section 3.1). The place is drawn once for a batch, as in NVIDIA's code.
    In inference all layers take the first latent. arXiv:1812.04948.

    Args:
        layers: int, how many layers take a latent.
        probability: float.
        seed: int or None.
        **kwargs: those of `keras.layers.Layer`.

    Call it with two latents `(n, dim)`. Output shape: `(n, layers, dim)`.

    Example:

    >>> import numpy as np
    >>> w, other = np.ones((2, 5), "float32"), np.zeros((2, 5), "float32")
    >>> tuple(StyleMixing(layers=8)(w, other).shape)
    (2, 8, 5)
    """

    def __init__(
        self,
        layers: int,
        probability: float = 0.9,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= probability <= 1:
            raise ValueError(
                "`probability` must be from 0 to 1, for example 0.9. "
                f"Received: probability={probability!r}"
            )
        self.layers = layers
        self.probability = probability
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(
        self, inputs: Tensor, other: Tensor, training: bool | None = None
    ) -> Tensor:
        first = ops.repeat(inputs[:, None, :], self.layers, axis=1)
        if not training or not self.probability:
            return first
        drawn = keras.random.uniform((2,), dtype="float32", seed=self.seed_generator)
        place = 1 + ops.floor(drawn[0] * (self.layers - 1))  # from 1 to layers - 1
        place = ops.where(drawn[1] < self.probability, place, float(self.layers))
        from_first = ops.arange(self.layers, dtype="float32") < place
        return ops.where(from_first[None, :, None], first, other[:, None, :])

    def compute_output_shape(
        self, inputs_shape: tuple, other_shape: tuple | None = None
    ) -> tuple[Any, ...]:
        return (inputs_shape[0], self.layers, inputs_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layers": self.layers,
            "probability": self.probability,
            "seed": self.seed,
        }
