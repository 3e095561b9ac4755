"""What each player minimises, term by term, as the logs show it.

Each function returns a dict of scalars: `loss`, the sum that is minimised, and every
term under its name. A `judge` and a `make` are those of `training.step`.
"""

from functools import partial

from keras_gan_zoo import backend
from keras_gan_zoo.objectives.auxiliaries import overrides
from keras_gan_zoo.objectives.schedules import weight_at


def weigh(gan, optimizer, term, value, training):
    """`weight * value()` at every `term.every`-th update, `every` times as heavy.

    In `evaluate` it is always taken, as it is.
    """

    def weighed():
        return weight_at(term.weight, gan.images_seen) * value()

    if term.every == 1 or not training:
        return weighed()
    return term.every * backend.every(optimizer.iterations, term.every, weighed)


def discriminator_losses(gan, real, fake, judge, training=True):
    """The discriminator's terms, of two `Judged`."""
    draw = partial(gan.draw, training=training)
    logits = real.of["logits"], fake.of["logits"]
    terms = {"d_loss": gan.objective.discriminator_loss(*logits)}
    for term in gan.auxiliaries:
        if overrides(term, "discriminator_loss"):
            terms[f"d_{term.name}"] = term.discriminator_loss(
                judge, real.batch, real.of, fake.batch, fake.of, draw
            )
    gradients_at = {"real": real.gradients, "fake": fake.gradients}
    for term in gan.penalties:
        value = partial(term, judge, real.batch, fake.batch, draw, gradients_at)
        optimizer = gan.optimizer.discriminator_optimizer
        terms[term.name] = weigh(gan, optimizer, term, value, training)
    return {"loss": sum(terms.values()), **terms, **gan.objective.logs(*logits)}


def generator_losses(gan, real_logits, fake, judge, training=True):
    """The generator's terms that reach it through its images.

    `real_logits()` gives those of the discriminator, where the loss looks at them.
    """
    logits = fake.of["logits"]
    given = (logits, real_logits()) if gan.objective.relativistic else (logits,)
    terms = {"g_loss": gan.objective.generator_loss(*given)}
    for term in gan.auxiliaries:
        if overrides(term, "generator_loss"):
            terms[f"g_{term.name}"] = term.generator_loss(
                judge, fake.batch, fake.of, partial(gan.draw, training=training)
            )
    return {"loss": sum(terms.values()), **terms}


def generator_penalties(gan, fake, make, pull, training=True):
    """The generator's other terms, of one forward pass."""
    draw = partial(gan.draw, training=training)
    draw_latents = partial(gan.draw_latents, training=training)
    optimizer = gan.optimizer.generator_optimizer if training else None
    terms = {}
    for term in gan.generator_penalties:
        value = partial(term.value, fake, make, pull, draw, draw_latents)
        terms[term.name] = weigh(gan, optimizer, term, value, training)
    return terms


def mean(logs):
    """The mean of each log: a lazy term may be due at a step other than the last."""
    return {key: sum(some[key] for some in logs) / len(logs) for key in logs[0]}


def merge(*logs):
    """Several logs as one, whose `loss` is all that is minimised."""
    together = {key: value for some in logs for key, value in some.items()}
    return {**together, "loss": sum(some["loss"] for some in logs)}
