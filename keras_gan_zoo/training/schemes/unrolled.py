"""Unrolled GAN: the generator looks several steps of the discriminator ahead."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.backend.keras_internals import (
    PlainUpdates,
    has_plain_updates,
    unwrapped,
)
from keras_gan_zoo.training import step, terms
from keras_gan_zoo.training.batch import Batch
from keras_gan_zoo.training.schemes.simultaneous import check
from keras_gan_zoo.training.values import assumed
from keras_gan_zoo.typing import Tensor

__all__ = ["check", "check_optimizers", "unrolled_update"]


def check_optimizers(gan: Any, generator_optimizer: Any, optimizer: Any) -> None:
    """Raise an error for a discriminator's optimizer that can't be unrolled."""
    if not has_plain_updates(optimizer):
        raise ValueError(
            f"`update={gan.update!r}` looks ahead through the discriminator's updates, "
            "so its optimizer must make one at each step and by its `update_step`, "
            "such as `keras.optimizers.Adam()`, without `gradient_accumulation_steps` "
            "and with Keras' own `apply`. Received: discriminator_optimizer="
            f"{optimizer!r}, gradient_accumulation_steps="
            f"{unwrapped(optimizer).gradient_accumulation_steps}"
        )


def unrolled_update(gan: Any, real: Batch, steps: int = 5) -> dict[str, Tensor]:
    """Update both players, the generator against a discriminator `steps` ahead.

    The discriminator's optimizer is unrolled on one batch, from its own state, and the
    generator's gradient flows through all of its steps; the discriminator itself then
    takes an ordinary one, from the weights that it had (Metz et al. 2017, eq. 7 to 10).
    arXiv:1611.02163.
    """
    n = ops.shape(real.images)[0]
    fake, penalties, answer = step.generator_pass(gan, n)
    optimizer = gan.optimizer.generator_optimizer

    def losses(images):
        logs = _losses_ahead(gan, real, fake._replace(images=images), steps)
        return step.player_loss(optimizer, logs["loss"]), logs

    by_image, logs = backend.input_gradients(losses, fake.images, differentiable=False)
    d_logs = step.discriminator_update(gan, real, step.fixed(fake))
    answer(by_image)
    return terms.merge(d_logs, logs, penalties)


def _losses_ahead(gan, real, fake, steps):
    """The generator's terms, with the discriminator's weights `steps` steps later."""
    updates = PlainUpdates(gan.optimizer.discriminator_optimizer)
    variables = gan.discriminator_variables
    judge = partial(step.judge, gan)

    def discriminator():
        found = step.look_at_both(gan, real, fake)
        return found, terms.discriminator_losses(gan, *found, judge)

    values = [v.value for v in variables]
    state = [v.value for v in updates.variables]
    for _ in range(steps if variables else 0):  # none if it is frozen
        gradients = _gradients(lambda: discriminator()[1]["loss"], variables, values)
        pairs = [*zip(variables, values, strict=True)]
        pairs += zip(updates.variables, state, strict=True)
        with assumed(pairs) as now:
            updates.apply(gradients, variables)
        values = [now(v) for v in variables]
        state = [now(v) for v in updates.variables]
    with assumed(zip(variables, values, strict=True)):
        (of_real, of_fake), d_logs = discriminator()
        logs = terms.generator_losses(gan, lambda: of_real.of, of_fake, judge)
        if gan.objective.zero_sum:
            # All of the game's value: through the weights, its real part too depends
            # on the generator.
            rest = logs["loss"] - logs["g_loss"]
            logs = {**logs, "g_loss": -d_logs["d_loss"]}
            logs["loss"] = logs["g_loss"] + rest
    return logs


def _gradients(
    loss: Callable[[], Tensor], variables: list[Any], values: list[Tensor]
) -> list[Tensor]:
    """Gradients of `loss()` by `variables` at `values`, themselves differentiable."""
    sizes = [math.prod(v.shape) for v in variables]
    ends = itertools.accumulate(sizes)

    places = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]

    def parts(flat):
        return [
            ops.cast(ops.reshape(flat[place], v.shape), v.dtype)
            for place, v in zip(places, variables, strict=True)
        ]

    def at(flat):
        with assumed(zip(variables, parts(flat), strict=True)):
            return loss(), None

    flat = ops.concatenate([ops.cast(ops.ravel(v), "float32") for v in values])
    found, _, pull = backend.input_vjp(at, flat)
    return parts(pull(ops.ones_like(found)))
