"""Adversarial losses: scalars from real and fake logits, in float32.

A loss is two functions, one for each player. `minimax` and `wasserstein` are zero-sum:
as far as generated images are concerned, one player's gain is the other's loss.
"""

from collections.abc import Callable
from typing import Any, Self

import keras
from keras import ops

from keras_gan_zoo.configs import from_config, with_state
from keras_gan_zoo.typing import Tensor

__all__ = [
    "LOSSES",
    "AdversarialLoss",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "RelativisticAverage",
    "RelativisticPaired",
    "Wasserstein",
    "get",
    "serialize",
]

PACKAGE = "keras_gan_zoo"


class AdversarialLoss:
    """Base class: what each player minimises.

    For a loss of your own, override both methods, and register the class with
    `keras.saving.register_keras_serializable` so that a model with it can be saved. A
    loss with state (a control variable, a count) extends `keras.layers.Layer` as well,
    so that the state is saved, creates it in `build` and changes it in `update`; by
    `add_weight(..., aggregation="mean")`, as `tf.distribute` wants it.
    """

    #: d(generator loss)/d(fake logits) == -d(discriminator loss)/d(fake logits)
    zero_sum = False
    #: whether the generator's loss depends on the real logits too
    relativistic = False
    #: False lets the discriminator end in an activation, such as a sigmoid
    of_logits = True
    #: whether the discriminator's `logits` are energies, which are low for real images
    of_energies = False
    #: the logit between real and generated images; None if the loss knows none
    boundary: float | None = 0.0
    #: the names of the discriminator's outputs that it reads, besides `"logits"`
    reads: tuple[str, ...] = ()

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """A scalar, from logits of shape `(n, 1)` each, or `(n, rows, columns, 1)`."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `discriminator_loss`."
        )

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        """A scalar, from logits of shape `(n, 1)`.

        `real_logits` are passed if the loss is `relativistic`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define `generator_loss`."
        )

    def check(self, gan: Any) -> None:
        """Raise a `ValueError` if a GAN is not one that the loss is for."""

    def of_discriminator(self, real: Any, fake: Any) -> Tensor:
        """The discriminator's loss, from two `Judged`: batches and all outputs.

        Override it, and `of_generator`, for a loss that `reads` more than the logits.
        """
        return self.discriminator_loss(real.of["logits"], fake.of["logits"])

    def of_generator(self, fake: Any, real_logits: Callable[[], Tensor]) -> Tensor:
        """The generator's loss, from a `Judged`; `real_logits()` costs a pass."""
        logits = fake.of["logits"]
        given = (logits, real_logits()) if self.relativistic else (logits,)
        return self.generator_loss(*given)

    def logs(self, real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
        """Anything else for the logs, a dict of scalars."""
        return {}

    def update(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        """Change the loss's own state; called after each discriminator update."""

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config)

    def __repr__(self) -> str:
        settings = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({settings})"


@keras.saving.register_keras_serializable(package=PACKAGE)
class Minimax(AdversarialLoss):
    """The saturating game V(D, G) (Goodfellow et al. 2014, eq. 1).

    The discriminator minimises -V(D, G), the generator E[log(1 - D(G(z)))], the
    part of V(D, G) that depends on it. arXiv:1406.2661.
    """

    zero_sum = True

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(ops.softplus(-real_logits)) + ops.mean(
            ops.softplus(fake_logits)
        )

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return -ops.mean(ops.softplus(fake_logits))


@keras.saving.register_keras_serializable(package=PACKAGE)
class NonSaturating(Minimax):
    """The generator maximises log D(G(z)) instead (Goodfellow 2014, section 3).

    Called the logistic loss in StyleGAN and its followers.
    """

    zero_sum = False

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return ops.mean(ops.softplus(-fake_logits))


@keras.saving.register_keras_serializable(package=PACKAGE)
class Wasserstein(AdversarialLoss):
    """E[D(G(z))] - E[D(x)] for a Lipschitz critic (Arjovsky et al. 2017, eq. 2).

    Logs `wasserstein_distance`, the critic's estimate E[D(x)] - E[D(G(z))].
    arXiv:1701.07875.
    """

    zero_sum = True
    boundary = None  # all logits may be moved by the same number

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(fake_logits) - ops.mean(real_logits)

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return -ops.mean(fake_logits)

    def logs(self, real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
        return {
            "wasserstein_distance": -self.discriminator_loss(real_logits, fake_logits)
        }


@keras.saving.register_keras_serializable(package=PACKAGE)
class LeastSquares(AdversarialLoss):
    """Targets 1 for real and 0 for fake (Mao et al. 2017, eq. 9). arXiv:1611.04076."""

    boundary = 0.5

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return 0.5 * (
            ops.mean(ops.square(real_logits - 1.0)) + ops.mean(ops.square(fake_logits))
        )

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return 0.5 * ops.mean(ops.square(fake_logits - 1.0))


@keras.saving.register_keras_serializable(package=PACKAGE)
class Hinge(AdversarialLoss):
    """The hinge loss (Lim and Ye 2017; Miyato et al. 2018, eq. 17).

    arXiv:1802.05957.
    """

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(ops.relu(1.0 - real_logits)) + ops.mean(
            ops.relu(1.0 + fake_logits)
        )

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return -ops.mean(fake_logits)


@keras.saving.register_keras_serializable(package=PACKAGE)
class RelativisticPaired(AdversarialLoss):
    """Compares each real image with one fake (Jolicoeur-Martineau 2018, section 4.1).

    The logistic form of RpGAN, and the loss of R3GAN (Huang et al. 2024, eq. 2): the
    discriminator minimises E[softplus(-(D(x) - D(G(z))))], the generator the same with
    the signs reversed. Not `RelativisticAverage`. arXiv:1807.00734, arXiv:2501.05441.
    """

    relativistic = True
    boundary = None

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(ops.softplus(fake_logits - real_logits))

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return ops.mean(ops.softplus(real_logits - fake_logits))


@keras.saving.register_keras_serializable(package=PACKAGE)
class RelativisticAverage(AdversarialLoss):
    """Compares each image with the average of the other kind (RaSGAN, section 4.2).

    Jolicoeur-Martineau 2018, eq. 8 and 9, with the logistic loss. arXiv:1807.00734.
    """

    relativistic = True
    boundary = None

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return ops.mean(ops.softplus(ops.mean(fake_logits) - real_logits)) + ops.mean(
            ops.softplus(fake_logits - ops.mean(real_logits))
        )

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor = None) -> Tensor:
        return self.discriminator_loss(fake_logits, real_logits)


LOSSES = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "wasserstein": Wasserstein,
    "least_squares": LeastSquares,
    "hinge": Hinge,
    "relativistic_paired": RelativisticPaired,
    "relativistic_average": RelativisticAverage,
}


def get(identifier: Any) -> AdversarialLoss:
    """Return a loss, from its name or config if need be."""
    identifier = from_config(identifier)
    if isinstance(identifier, str) and identifier in LOSSES:
        return LOSSES[identifier]()
    if isinstance(identifier, AdversarialLoss):
        return with_state(identifier)
    raise ValueError(
        f"`loss` must be one of {sorted(LOSSES)} or an instance of "
        f"`keras_gan_zoo.losses.AdversarialLoss`. Received: loss={identifier!r}"
    )


def serialize(loss: Any) -> str | dict[str, Any]:
    """The name of a loss in this module, or the config of any other."""
    for name, cls in LOSSES.items():
        if type(loss) is cls:
            return name
    return keras.saving.serialize_keras_object(loss)
