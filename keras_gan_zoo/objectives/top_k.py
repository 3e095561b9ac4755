"""Top-k training: a loss around another one."""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.objectives import losses
from keras_gan_zoo.objectives.penalties import image_logits
from keras_gan_zoo.schedules import check_every
from keras_gan_zoo.typing import Tensor

__all__ = ["TopK"]


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class TopK(losses.AdversarialLoss, keras.layers.Layer):
    """The generator learns from its k best images alone (Sinha et al. 2020, alg. 1).

    Best are those with the highest logits, or the lowest energies. k starts at the
    batch size n, and after every `every` updates of the discriminator, an epoch in the
    paper, becomes max(gamma k, least n). Logs the share k / n as `top_k`.
    arXiv:2002.06224.

    Args:
        loss: the loss itself, or its name; its generator's part must be a mean over
            generated images, each by itself.
        gamma: float, at most 1.
        least: float, the share of a batch that is kept in the end.
        every: int, discriminator updates from one value of k to the next.
        name: str.

    Example:

    >>> TopK("hinge", every=781).gamma
    0.99
    """

    def __init__(
        self,
        loss: Any = "non_saturating",
        gamma: float = 0.99,
        least: float = 0.5,
        every: int = 1,
        name: str = "top_k",
    ) -> None:
        keras.layers.Layer.__init__(self, dtype="float32", name=name)
        self.loss = losses.get(loss)
        if self.loss.relativistic or self.loss.reads:
            raise ValueError(
                "`TopK` takes a loss whose generator's part is of the logits of "
                "generated images alone, for example `TopK('hinge')`. "
                f"Received: loss={self.loss!r}"
            )
        self.gamma: float = check_real("gamma", gamma, above=0, most=1)
        self.least: float = check_real("least", least, above=0, most=1)
        self.every: int = check_every(every)
        for name in ("of_logits", "of_energies", "boundary"):
            setattr(self, name, getattr(self.loss, name))
        self.updates: Any = self._state("updates", "zeros")
        self.share: Any = self._state("share", "ones")

    def _state(self, name, initializer):
        return self.add_weight(
            (), initializer, trainable=False, name=name, aggregation="mean"
        )

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return self.loss.discriminator_loss(real_logits, fake_logits)

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        n = ops.cast(ops.shape(fake_logits)[0], "float32")
        k = ops.maximum(ops.floor(self.share * n), 1.0)
        towards_real = 1.0 if self.of_energies else -1.0  # from first to last
        order = towards_real * image_logits(fake_logits)
        best = ops.argsort(ops.reshape(order, (-1,)))
        logits = ops.take(fake_logits, best, axis=0)
        each = ops.vectorized_map(
            lambda logit: self.loss.generator_loss(logit[None]), logits
        )
        place = ops.cast(ops.arange(ops.shape(fake_logits)[0]), "float32")
        return ops.sum(ops.where(place < k, each, 0.0)) / k

    def logs(self, real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
        return {
            **self.loss.logs(real_logits, fake_logits),
            "top_k": 1.0 * self.share,  # `update` comes before the logs are read
        }

    def update(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        self.loss.update(real_logits, fake_logits)
        updates, share = self.updates + 1.0, 1.0 * self.share
        due = ops.equal(updates % float(self.every), 0.0)
        less = ops.maximum(self.gamma * share, self.least)
        self.share.assign(ops.where(due, less, share))
        self.updates.assign(updates)

    def get_config(self) -> dict[str, Any]:
        return {
            "loss": losses.serialize(self.loss),
            "gamma": self.gamma,
            "least": self.least,
            "every": self.every,
            "name": self.name,
        }
