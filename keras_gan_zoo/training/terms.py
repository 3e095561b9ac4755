"""What each player minimises, term by term, as shown in the logs.

Each function returns a dict of scalars: `loss`, the sum that is minimised, and every
term under its name. `judge` and `make` are those of `training.step`.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.backend.keras_internals import (
    all_layers,
    losses_of_last_call,
    updates_of,
)
from keras_gan_zoo.objectives.auxiliaries import overrides
from keras_gan_zoo.schedules import weight_at
from keras_gan_zoo.training.batch import Batch, Judged, packed
from keras_gan_zoo.typing import Tensor


def weigh(
    gan: Any, optimizer: Any, term: Any, value: Callable[[], Tensor], training: bool
) -> Tensor:
    """`weight * value()` at every `term.every`-th update, times `every`.

    In `evaluate` it is always computed, without the factor.
    """

    def weighed():
        return weight_at(term.weight, gan.images_seen) * value()

    if term.every == 1 or not training:
        return weighed()
    return term.every * backend.every(updates_of(optimizer), term.every, weighed)


def is_regularized(network: Any, variables: list[Any]) -> bool:
    """Whether a network's layers, or a player's weights, have a regularizer."""
    return any(v.regularizer is not None for v in variables) or any(
        layer.activity_regularizer is not None for layer in all_layers(network)
    )


def added_by(network: Any) -> list[Tensor]:
    """What `add_loss` and activity regularizers gave in a network's last call."""
    return [_scalar(loss) for loss in losses_of_last_call(network)]


def regularizers(variables: list[Any]) -> list[Tensor]:
    """What the weights' own regularizers give."""
    return [_scalar(v.regularizer(v)) for v in variables if v.regularizer is not None]


def _scalar(loss):
    return ops.sum(ops.cast(loss, "float32"))


def discriminator_losses(
    gan: Any, real: Judged, fake: Judged, judge: Callable, training: bool = True
) -> dict[str, Tensor]:
    """The discriminator's terms, from two `Judged`."""
    draw = partial(gan.draw, training=training)
    logits = real.of["logits"], fake.of["logits"]
    terms = {"d_loss": gan.objective.of_discriminator(real, fake)}
    for term in gan.auxiliaries:
        term.training = training
        if overrides(term, "discriminator_loss"):
            terms[f"d_{term.name}"] = term.discriminator_loss(
                judge, real.batch, real.of, fake.batch, fake.of, draw
            )
    gradients_at = {"real": real.gradients, "fake": fake.gradients}
    points = [packed(some.batch, gan) for some in (real, fake)]
    for term in gan.penalties:
        value = partial(term, judge, *points, draw, gradients_at)
        optimizer = gan.optimizer.discriminator_optimizer
        terms[term.name] = weigh(gan, optimizer, term, value, training)
    own = [*real.added, *fake.added, *regularizers(gan.discriminator_variables)]
    if own:
        terms["d_regularization"] = sum(own)
    return {"loss": sum(terms.values()), **terms, **gan.objective.logs(*logits)}


def generator_losses(
    gan: Any,
    of_real: Callable[[], dict[str, Tensor]],
    fake: Judged,
    judge: Callable,
    training: bool = True,
) -> dict[str, Tensor]:
    """The generator's terms that reach it through its images.

    `of_real()` gives the outputs for real images, if a term looks at them.
    """
    draw = partial(gan.draw, training=training)
    of_real = lru_cache(of_real)
    terms = {"g_loss": gan.objective.of_generator(fake, lambda: of_real()["logits"])}
    for term in gan.auxiliaries:
        term.training = training
        if overrides(term, "generator_loss"):
            seen = {"of_real": of_real()} if term.relativistic else {}
            terms[f"g_{term.name}"] = term.generator_loss(
                judge, fake.batch, fake.of, draw, **seen
            )
    return {"loss": sum(terms.values()), **terms}


def generator_penalties(
    gan: Any,
    fake: Batch,
    make: Callable,
    pull: Callable | None,
    added: list[Tensor],
    training: bool = True,
) -> dict[str, Tensor]:
    """The generator's terms that do not pass through the discriminator.

    They come from one forward pass; `added` is what its layers added to the loss.
    """
    draw = partial(gan.draw, training=training)
    draw_latents = partial(gan.draw_latents, training=training)
    optimizer = gan.optimizer.generator_optimizer if training else None
    terms = {}
    for term in gan.generator_penalties:
        value = partial(term.value, fake, make, pull, draw, draw_latents)
        terms[term.name] = weigh(gan, optimizer, term, value, training)
    own = [*added, *regularizers(gan.generator.trainable_variables)]
    if own:
        terms["g_regularization"] = sum(own)
    return {"loss": sum(terms.values(), ops.zeros((), "float32")), **terms}


def mean(logs: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each log; a lazy term may be due at any of the steps."""
    return {key: sum(some[key] for some in logs) / len(logs) for key in logs[0]}


def merge(*logs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Merge logs into one, whose `loss` is the sum of theirs."""
    together = {key: value for some in logs for key, value in some.items()}
    return {**together, "loss": sum(some["loss"] for some in logs)}
