"""The hinge loss of FastGAN."""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.arguments import check_count, check_real
from keras_gan_zoo.objectives.losses import Hinge
from keras_gan_zoo.typing import Tensor

__all__ = ["RandomHinge"]


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class RandomHinge(Hinge, keras.layers.Layer):
    """The hinge loss with a margin drawn for each logit, as in FastGAN's code.

    The margin is U(0.8, 1) in place of 1, for the discriminator (Liu et al. 2021).
    arXiv:2101.04775.

    Args:
        least: float, the smallest margin; the largest is 1.
        seed: int or None.
        name: str.

    Example:

    >>> RandomHinge().least
    0.8
    """

    def __init__(
        self, least: float = 0.8, seed: int | None = None, name: str = "random_hinge"
    ) -> None:
        keras.layers.Layer.__init__(self, dtype="float32", name=name)
        self.least = float(check_real("least", least, least=0, most=1))
        self.seed = check_count("seed", seed, 0, optional=True)

    def build(self, input_shape: Any = None) -> None:
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def _short(self, logits):
        def draw(n):
            shape, seed = (n, *logits.shape[1:]), self.seed_generator
            return keras.random.uniform(
                shape, self.least, 1.0, dtype="float32", seed=seed
            )

        margin = backend.replica_rows(draw, ops.shape(logits)[0])
        return ops.mean(ops.relu(margin - logits))

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return self._short(real_logits) + self._short(-fake_logits)

    def get_config(self) -> dict[str, Any]:
        return {"least": self.least, "seed": self.seed, "name": self.name}
