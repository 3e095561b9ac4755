"""EBGAN's regularizer of the generator."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.objectives.auxiliaries import Auxiliary
from keras_gan_zoo.typing import Draw, Tensor

__all__ = ["PullAway"]


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class PullAway(Auxiliary):
    """EBGAN-PT: generated images shall have encodings at right angles.

    The generator's mean squared cosine of the output `encodings`, `(n, size)`, of each
    two different images (Zhao et al. 2017, eq. 4). arXiv:1609.03126.

    Args:
        weight: float.
        name: str.

    Example:

    >>> PullAway().reads
    ('encodings',)
    """

    label = "pull_away"
    reads = ("encodings",)

    def __init__(self, weight: float = 0.1, name: str | None = None) -> None:
        super().__init__(weight, name)

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        encodings = of_fake["encodings"]
        directions = encodings / ops.sqrt(
            ops.sum(ops.square(encodings), axis=1, keepdims=True) + 1e-12
        )
        n = ops.shape(encodings)[0]
        cosines = ops.matmul(directions, ops.transpose(directions))
        cosines = cosines * (1.0 - ops.eye(n))
        pairs = ops.cast(ops.maximum(n * (n - 1), 1), "float32")
        return self.weight * ops.sum(ops.square(cosines)) / pairs
