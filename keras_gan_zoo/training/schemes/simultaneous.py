"""Both players move at once, from one shared forward pass."""

from functools import partial
from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import GradientReversal
from keras_gan_zoo.networks import contract
from keras_gan_zoo.training import step, terms
from keras_gan_zoo.training.batch import Batch
from keras_gan_zoo.typing import Tensor


def check(gan: Any) -> None:
    """Raise an error for settings that make no sense if both players move at once."""
    for name in ("critic_steps", "generator_steps"):
        if getattr(gan, name) > 1:
            raise ValueError(
                f"`update={gan.update!r}` moves both players once per iteration, so it "
                f"needs `{name}=1`. Received: {name}={getattr(gan, name)}"
            )


def simultaneous_update(gan: Any, real: Batch) -> dict[str, Tensor]:
    """Update both players, each against the weights that the other had before.

    In a zero-sum game the generator's gradient is the discriminator's, reversed, so
    one backward pass serves both. Any other loss, and any other term of the
    discriminator that depends on generated images, takes a second backward pass.
    """
    optimizers = (
        gan.optimizer.generator_optimizer,
        gan.optimizer.discriminator_optimizer,
    )
    players = gan.generator.trainable_variables, gan.discriminator_variables
    n = ops.shape(real.images)[0]
    latents, labels = gan.draw_latents(n), gan.draw_labels(n)
    reverses = is_reversible(gan)
    # With float16 each player has a loss scale of its own.
    strength = optimizers[0].scale_loss(1.0) / optimizers[1].scale_loss(1.0)
    reverse = GradientReversal(strength, dtype="float32") if reverses else lambda x: x

    def losses():
        images, penalties = step.make_and_penalise(gan, latents, labels)
        fake = Batch(reverse(images), labels, latents)
        of_real, of_fake = step.look_at_both(gan, real, fake)
        still = of_fake.batch._replace(images=ops.stop_gradient(of_fake.batch.images))
        judge = partial(step.judge, gan)
        d_logs = terms.discriminator_losses(
            gan, of_real, of_fake._replace(batch=still), judge
        )
        g_logs = terms.generator_losses(gan, lambda: of_real.of, of_fake, judge)
        scaled = (
            step.player_loss(optimizers[0], g_logs["loss"]),
            step.player_loss(optimizers[0], penalties["loss"]),
            step.player_loss(optimizers[1], d_logs["loss"]),
        )
        logs = terms.merge(d_logs, g_logs, penalties)
        return scaled, (logs, of_real.of, of_fake.of)

    outputs, (logs, *found), pull = backend.vjp(losses, [*players[0], *players[1]])
    zero, one = ops.zeros_like(outputs[0]), ops.ones_like(outputs[0])
    if reverses:
        both = pull((zero, one, one), [*players[0], *players[1]])
        gradients = both[: len(players[0])], both[len(players[0]) :]
    else:
        gradients = (
            pull((one, one, zero), players[0]),
            pull((zero, zero, one), players[1]),
        )
    for optimizer, gradient, variables in zip(
        optimizers, gradients, players, strict=True
    ):
        backend.apply_gradients(optimizer, gradient, variables)
    step.move_states(gan, *found)
    return logs


def is_reversible(gan: Any) -> bool:
    """Whether the generator's loss is exactly the discriminator's, negated."""
    at_fakes = any(penalty.at == "fake" for penalty in gan.penalties)
    others = gan.auxiliaries or at_fakes or contract.may_add_losses(gan.discriminator)
    return gan.objective.zero_sum and not others
