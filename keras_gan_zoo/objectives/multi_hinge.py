"""MHGAN's loss, on one logit for each class and one for generated images."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.objectives.classes import check_classes
from keras_gan_zoo.objectives.losses import AdversarialLoss
from keras_gan_zoo.typing import Tensor

__all__ = ["MultiHinge"]


def margins(scores: Tensor, labels: Tensor) -> Tensor:
    """By how much each label's score exceeds the others': `(n, k)`, `(n,)` -> `(n,)`.

    Example:

    >>> import numpy as np
    >>> scores = np.array([[1.0, 4.0, 2.0]], "float32")
    >>> float(margins(scores, np.array([1]))[0])
    2.0
    """
    chosen = ops.one_hot(labels, scores.shape[1], dtype="bool")
    own = ops.sum(ops.where(chosen, scores, 0.0), axis=1)
    return own - ops.max(ops.where(chosen, -1e9, scores), axis=1)


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class MultiHinge(AdversarialLoss):
    """MHGAN: Crammer and Singer's hinge loss on K + 1 classes (Kavalerov et al. 2021).

    The discriminator's output `classes` has logits `(n, K + 1)`, of which the last is
    for generated images. With m_y a logit's margin over the largest other one, the
    discriminator minimises E[relu(1 - m_y)] over real images of label y plus
    E[relu(1 - m_K)] over generated ones, the generator E[relu(1 - m_y)] over its own.
    arXiv:1912.04216.

    Args:
        generator_weight: float, what the generator's loss is multiplied by; 0.05 in
            PyTorch-StudioGAN, beside a feature matching term of weight 1.

    Example:

    >>> MultiHinge().reads
    ('classes',)
    """

    reads = ("classes",)

    def __init__(self, generator_weight: float = 0.05) -> None:
        self.generator_weight = check_real(
            "generator_weight", generator_weight, least=0
        )

    def check(self, gan: Any) -> None:
        check_classes(gan, self, gan.num_classes and gan.num_classes + 1)

    def of_discriminator(self, real: Any, fake: Any) -> Tensor:
        scores = fake.of["classes"]
        generated = ops.full_like(fake.batch.labels, scores.shape[1] - 1)
        return _hinge(real.of["classes"], real.batch.labels) + _hinge(scores, generated)

    def of_generator(self, fake: Any, real_logits: Callable[[], Tensor]) -> Tensor:
        loss = _hinge(fake.of["classes"], fake.batch.labels)
        return self.generator_weight * loss

    def get_config(self) -> dict[str, Any]:
        return {"generator_weight": self.generator_weight}


def _hinge(scores, labels):
    return ops.mean(ops.relu(1.0 - margins(scores, labels)))
