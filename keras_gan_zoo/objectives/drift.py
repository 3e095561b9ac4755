"""A term on the discriminator's logits themselves."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.objectives.auxiliaries import Auxiliary
from keras_gan_zoo.typing import Draw, Tensor

__all__ = ["Drift"]


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Drift(Auxiliary):
    """Keeps the critic's logits near 0: weight E[D(x)^2], over real images.

    A Wasserstein critic may add any constant to its logits; this holds it (Karras et
    al. 2018, appendix A.1). arXiv:1710.10196.

    Args:
        weight: float, epsilon_drift.
        name: str.

    Example:

    >>> Drift().weight
    0.001
    """

    label = "drift"

    def __init__(self, weight: float = 0.001, name: str | None = None) -> None:
        super().__init__(weight, name)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * ops.mean(ops.square(of_real["logits"]))
