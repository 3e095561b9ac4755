"""LOGAN: latents take a step towards higher logits before they are judged.

Or towards lower energies, where the loss is of these.
"""

from functools import partial
from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.objectives.penalties import image_logits
from keras_gan_zoo.training import step, terms
from keras_gan_zoo.training.batch import Batch, Judged, part
from keras_gan_zoo.typing import Tensor

ALPHA, BETA = 0.9, 0.1  # of the natural gradient's step, eq. 12
SHARE = 0.8  # of the latents move
COST = 0.1  # weight, in both losses, of the distance that they move


def latent_optimization_update(gan: Any, real: Batch) -> dict[str, Tensor]:
    """`critic_steps` discriminator updates, then the generator's, on moved latents.

    Both players' gradients flow through the move, which involves both networks, so
    each update needs a generator pass of its own (Wu et al. 2019, section 3, with the
    approximate natural gradient of section 3.2 and PyTorch-StudioGAN's constants for
    CIFAR-10). arXiv:1912.00953.
    """
    critic, generator = [], []
    for i in range(gan.critic_steps):
        shown = part(real, i, gan.critic_steps)
        critic.append(_discriminator_update(gan, shown))
    for _ in range(gan.generator_steps):
        generator.append(_generator_update(gan, shown))
    return terms.merge(terms.mean(critic), terms.mean(generator))


def move(
    gan: Any, latents: Tensor, labels: Tensor, chosen: Tensor
) -> tuple[Tensor, Tensor]:
    """Latents after one step, and the mean squared distance that they moved.

    Args:
        chosen: `(n, 1)`, 1 for the latents that take the step.
    """

    def logits(latents):
        fake = Batch(step.make(gan, latents, labels), labels, latents)
        return image_logits(step.judge(gan, fake)["logits"]), None

    found, _, pull = backend.input_vjp(logits, latents)
    gradients = ops.cast(pull(ops.ones_like(found)), "float32")
    length = ops.sum(ops.square(gradients), axis=1, keepdims=True)
    towards_real = -ALPHA if gan.objective.of_energies else ALPHA
    moved = latents + chosen * towards_real * gradients / (BETA + length)
    if gan.latents is None and gan.latent_distribution == "uniform":
        moved = ops.clip(moved, -1.0, 1.0)
    return moved, ops.mean(ops.sum(ops.square(moved - latents), axis=1))


def _draws(gan, real):
    n = ops.shape(real.images)[0]
    chosen = ops.cast(gan.draw((n, 1), "uniform") < SHARE, "float32")
    return gan.draw_latents(n), gan.draw_labels(n), chosen


def _discriminator_update(gan, real):
    latents, labels, chosen = _draws(gan, real)

    def fakes():
        moved, cost = move(gan, latents, labels, chosen)
        return Batch(step.make(gan, moved, labels), labels, moved), COST * cost

    return step.discriminator_update(gan, real, fakes)


def _generator_update(gan, real):
    latents, labels, chosen = _draws(gan, real)
    optimizer = gan.optimizer.generator_optimizer
    variables = gan.generator.trainable_variables

    def losses():
        moved, cost = move(gan, latents, labels, chosen)
        images, penalties = step.make_and_penalise(gan, moved, labels)
        batch = Batch(images, labels, moved)
        fake = Judged(batch, step.judge(gan, batch))
        judge = partial(step.judge, gan)
        logs = terms.generator_losses(gan, lambda: judge(real), fake, judge)
        logs = terms.merge(logs, penalties, {"loss": COST * cost})
        return step.player_loss(optimizer, logs["loss"]), logs

    loss, logs, pull = backend.vjp(losses, variables)
    backend.apply_gradients(optimizer, pull(ops.ones_like(loss), variables), variables)
    return logs
