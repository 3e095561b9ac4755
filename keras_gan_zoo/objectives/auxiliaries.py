"""Terms besides the adversarial loss that read more of the discriminator's outputs.

They are for class heads, information, self-supervision, consistency. An auxiliary names
the outputs that it needs in `reads`, and `GAN` checks that they are there.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_count, check_counts
from keras_gan_zoo.configs import instance
from keras_gan_zoo.latents import Latents
from keras_gan_zoo.objectives.classes import check_classes, check_single
from keras_gan_zoo.schedules import check_number
from keras_gan_zoo.typing import Draw, Tensor

__all__ = ["Auxiliary", "Classification", "Information", "get"]

PACKAGE = "keras_gan_zoo"


class Auxiliary(keras.layers.Layer):
    """Base class of terms besides the adversarial loss.

    It is a Keras layer, so that its state and weights are saved; trainable weights are
    updated with the discriminator's. If their shapes depend on the discriminator, set
    `self.built = False` and create them in `build(outputs_shape)`, which gets a dict of
    the shapes of its outputs. A term is logged for each player whose method is
    overridden, as `d_<name>` or `g_<name>`.

    Args:
        weight: float, what the methods multiply their terms by.
        name: str, its name in the logs.
    """

    #: the default name in the logs
    label = "auxiliary"
    #: the names of the discriminator's outputs that it reads, besides `"logits"`
    reads: tuple[str, ...] = ()
    #: whether `generator_loss` gets `of_real`, the outputs for real images, too
    relativistic = False
    #: whether it is computed for an update; `evaluate` sets it to False
    training = True

    def __init__(self, weight: float = 1.0, name: str | None = None) -> None:
        # A fixed name, because the logs show it: Keras would number the default ones.
        super().__init__(dtype="float32", name=name or self.label)
        self.weight = check_number(weight)
        self.built = True  # or Keras would call the model to build it

    def check(self, gan: Any) -> None:
        """Raise a `ValueError` if a GAN is not one that the term is for."""

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        """The discriminator's term, its weight included: a scalar.

        Args:
            judge: function of a `Batch` that returns the discriminator's outputs for
                other images, a dict. It augments them like any images, unless it is
                given `augment=False`. Without images (`images=None`) it judges those
                that the generator makes from the batch's latents and labels.
            real, fake: `Batch`: `images`, `labels`, and `latents` for fakes.
            of_real, of_fake: what `judge` returned for them.
            draw: function of a shape and `"normal"` or `"uniform"`.
        """
        return 0.0

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        """The generator's term, its weight included: a scalar.

        If the class is `relativistic`, it is called with `of_real=`, what `judge`
        returns for real images.
        """
        return 0.0

    def update(self, of_real: dict[str, Tensor], of_fake: dict[str, Tensor]) -> None:
        """Change its own state; called after each discriminator update.

        The outputs are those of the update, on all replicas. Create such state by
        `add_weight(..., aggregation="mean")`, as `tf.distribute` wants it.
        """

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "name": self.name}


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean of -log softmax(logits)[label]: `(n, k)` and `(n,)` -> scalar."""
    return ops.mean(
        ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    )


@keras.saving.register_keras_serializable(package=PACKAGE)
class Classification(Auxiliary):
    """ACGAN: both players want images to be classified correctly (Odena et al. 2017).

    The cross entropy of the output `classes`, logits `(n, num_classes)`, with the
    labels: L_C of section 3. arXiv:1610.09585.

    Args:
        weight: float.
        on_fakes: bool: the discriminator learns from generated images too, as in the
            paper; in StudioGAN's modified ACGAN it learns from real ones only.
        name: str.

    Example:

    >>> Classification().reads
    ('classes',)
    """

    label = "classification"
    reads = ("classes",)

    def __init__(
        self, weight: float = 1.0, on_fakes: bool = True, name: str | None = None
    ) -> None:
        super().__init__(weight, name)
        self.on_fakes = on_fakes

    def check(self, gan: Any) -> None:
        check_classes(gan, self, gan.num_classes)

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        loss = cross_entropy(of_real["classes"], real.labels)
        if self.on_fakes:
            loss = loss + cross_entropy(of_fake["classes"], fake.labels)
        return self.weight * loss

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.weight * cross_entropy(of_fake["classes"], fake.labels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "on_fakes": self.on_fakes}


@keras.saving.register_keras_serializable(package=PACKAGE)
class Information(Auxiliary):
    """InfoGAN: an image reveals the codes that it was made from (Chen et al. 2016).

    Adds the lower bound of the mutual information, L_I of eq. 5, to both losses. The
    discriminator's output `codes` has the means of the continuous codes, modelled as
    Gaussians of unit variance as in the authors' code, then the logits of the
    categorical ones, in the order in which they stand at the end of `Latents`.
    arXiv:1606.03657.

    Args:
        continuous: int, the number of codes at the end of the uniform latents.
        categorical: the sizes of the categorical codes, such as `(10,)`.
        weight: float, lambda.
        name: str.

    Example:

    >>> Information(continuous=2, categorical=(10,)).size
    12
    """

    label = "information"
    reads = ("codes",)

    def __init__(
        self,
        continuous: int = 0,
        categorical: Sequence[int] = (),
        weight: float = 1.0,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, name)
        self.continuous = check_count("continuous", continuous, 0)
        self.categorical = check_counts("categorical", categorical, 2)
        if not self.size:
            raise ValueError(
                "`Information` needs at least one code. "
                f"Received: continuous={continuous}, categorical={categorical!r}"
            )

    @property
    def size(self) -> int:
        """The number of latents that are codes, and the width of the output `codes`."""
        return self.continuous + sum(self.categorical)

    def check(self, gan: Any) -> None:
        check_single(gan, self.name)
        latents = gan.latents or Latents(**{gan.latent_distribution: gan.latent_dim})
        numbers, codes = latents.normal + latents.uniform, latents.categorical
        last = codes[len(codes) - len(self.categorical) :]
        fits = last == self.categorical and self.continuous <= numbers
        if not fits or (self.continuous and last != codes):
            raise ValueError(
                "The codes of `Information` must be the last of the latents: numbers, "
                "then one-hot codes, for example `latents=Latents(uniform=64, "
                "categorical=(10,))` with `Information(continuous=2, "
                f"categorical=(10,))`. Received: continuous={self.continuous}, "
                f"categorical={self.categorical}, latents={latents}"
            )
        width = gan.discriminator.output["codes"].shape[-1]
        if width != self.size:
            raise ValueError(
                f"`codes` of the discriminator must have {self.size} numbers: one for "
                "each continuous code, and the logits of the others (in the families: "
                f"`num_codes={self.size}`). Received: {width} numbers"
            )

    def _negative_log_likelihood(self, fake, of_fake):
        codes, found = fake.latents[:, -self.size :], of_fake["codes"]
        end = self.continuous
        loss = (
            0.5
            * ops.sum(ops.square(codes[:, :end] - found[:, :end]))
            / (ops.cast(ops.shape(codes)[0], "float32"))
        )
        for size in self.categorical:
            part = slice(end, end + size)
            loss = loss - ops.mean(
                ops.sum(codes[:, part] * ops.log_softmax(found[:, part]), axis=1)
            )
            end += size
        return loss

    def discriminator_loss(
        self,
        judge: Callable,
        real: Any,
        of_real: dict[str, Tensor],
        fake: Any,
        of_fake: dict[str, Tensor],
        draw: Draw,
    ) -> Tensor:
        return self.weight * self._negative_log_likelihood(fake, of_fake)

    def generator_loss(
        self, judge: Callable, fake: Any, of_fake: dict[str, Tensor], draw: Draw
    ) -> Tensor:
        return self.weight * self._negative_log_likelihood(fake, of_fake)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "continuous": self.continuous,
            "categorical": self.categorical,
        }


def get(auxiliary: Any) -> Auxiliary:
    """Return an auxiliary, from its config if need be."""
    return instance(
        auxiliary,
        Auxiliary,
        "`auxiliaries` must be a list of `keras_gan_zoo.auxiliaries.Auxiliary`, for "
        "example `auxiliaries=[keras_gan_zoo.auxiliaries.Classification()]`.",
    )


def overrides(auxiliary: Any, method: str) -> bool:
    """Whether it overrides `"discriminator_loss"` or `"generator_loss"`."""
    return getattr(type(auxiliary), method) is not getattr(Auxiliary, method)
