"""One GAN iteration, for every backend and every GAN.

Only `make` and `judge` call the two networks. Losses, penalties, auxiliary terms and
augmentation all go through them, so that each works with all the others.

`alternating_update` shares the generator's forward pass: the generator is updated on
the images that the last critic step saw as fakes, so that an iteration costs 3
generator and 8 discriminator passes instead of 4 and 8.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.augmentation.base import alike
from keras_gan_zoo.networks import contract
from keras_gan_zoo.objectives.penalties import image_logits
from keras_gan_zoo.training import replicas, terms
from keras_gan_zoo.training.batch import Batch, Judged, Packs, packed, part
from keras_gan_zoo.typing import Tensor


def make(gan: Any, latents: Tensor, labels: Tensor, training: bool = True) -> Tensor:
    """Images from the generator, in float32."""
    made = contract.call(gan.generator, training, latents=latents, labels=labels)
    return ops.cast(made, "float32")


def judge(
    gan: Any,
    batch: Batch,
    training: bool = True,
    augment: bool = True,
    moved: Tensor | None = None,
) -> dict[str, Tensor]:
    """The discriminator's outputs by name, including `"logits"`, in float32.

    A batch without images gets those that the generator makes from its latents and
    labels; no gradient flows to the generator. `augment=False` leaves the augmentation
    out, unless it belongs to the discriminator. `moved` are other images for the same
    labels, augmented by the same numbers and judged in the same pass: the outputs have
    the rows of the batch, then theirs.
    """
    images, labels, augmentation = batch.images, batch.labels, gan.augmentation
    if images is None:
        images = ops.stop_gradient(make(gan, batch.latents, labels, training))
    both = [images] if moved is None else [images, moved]
    due = augmentation is not None and ((training and augment) or augmentation.always)
    if due and not isinstance(batch, Packs):
        both = alike(augmentation, both, partial(gan.draw, training=training))
    images = both[0]
    if moved is not None:
        images = ops.concatenate(both)
        labels = None if labels is None else ops.concatenate([labels, labels])
    found = contract.call(gan.discriminator, training, images=images, labels=labels)
    found = found if isinstance(found, dict) else {"logits": found}
    return {name: ops.cast(value, "float32") for name, value in found.items()}


def look(gan: Any, batch: Batch, kind: str, training: bool = True) -> Judged:
    """`judge`, with the logits' gradients if there is a penalty at this `kind`."""
    if not any(penalty.at == kind for penalty in gan.penalties):
        found = judge(gan, batch, training)
        return Judged(batch, found, added=terms.added_by(gan.discriminator))
    shown = packed(batch, gan)

    def forward(images):
        found = judge(gan, shown._replace(images=images), training)
        added = terms.added_by(gan.discriminator)
        return image_logits(found["logits"]), (found, added)

    logits, (found, added), pull = backend.input_vjp(forward, shown.images)
    return Judged(batch, found, lambda: pull(ops.ones_like(logits)), added)


def make_and_penalise(
    gan: Any, latents: Tensor, labels: Tensor, training: bool = True
) -> tuple[Tensor, dict[str, Tensor]]:
    """Images, and the generator's terms beside its loss, from one forward pass."""
    tap = contract.find_tap(gan.generator) if gan.generator_penalties else None

    def forward(shift):
        with tap.shifted(shift):
            made = make(gan, latents, labels, training)
        return made, terms.added_by(gan.generator)

    if tap is None:
        images, pull = make(gan, latents, labels, training), None
        added = terms.added_by(gan.generator)
    else:
        zeros = ops.zeros((ops.shape(latents)[0], *tap.inner_shape))
        images, added, pull = backend.input_vjp(forward, zeros)
    fake = Batch(images, labels, latents)
    others = partial(make, gan, training=training)
    return images, terms.generator_penalties(gan, fake, others, pull, added, training)


def player_loss(optimizer: Any, loss: Tensor) -> Tensor:
    """A loss for its optimizer: scaled for float16, divided among replicas."""
    return optimizer.scale_loss(loss / backend.num_replicas())


def look_at_both(gan: Any, real: Batch, fake: Batch) -> tuple[Judged, Judged]:
    """`look` at a real and a generated batch, as the augmentation mixes them."""
    if gan.augmentation is not None:
        real, fake = gan.augmentation.mix(real, fake, gan.draw)
    return look(gan, real, "real"), look(gan, fake, "fake")


def fixed(fake: Batch) -> Callable[[], tuple[Batch, float]]:
    """Images that depend on no weight of the discriminator, as `discriminator_update`
    takes them."""
    return lambda: (fake, 0.0)


def discriminator_update(
    gan: Any, real: Batch, fakes: Callable[[], tuple[Batch, Any]]
) -> dict[str, Tensor]:
    """One step of the discriminator.

    `fakes()` gives a generated batch and what it adds to the loss; what it computes
    from the discriminator's weights has its share in their gradients.
    """
    optimizer = gan.optimizer.discriminator_optimizer
    variables = gan.discriminator_variables

    def losses():
        fake, cost = fakes()
        found = look_at_both(gan, real, fake)
        logs = terms.discriminator_losses(gan, *found, partial(judge, gan))
        logs = terms.merge(logs, {"loss": cost})
        return player_loss(optimizer, logs["loss"]), (logs, [some.of for some in found])

    loss, (logs, found), pull = backend.vjp(losses, variables)
    backend.apply_gradients(optimizer, pull(ops.ones_like(loss), variables), variables)
    move_states(gan, *found)
    return logs


def move_states(
    gan: Any, of_real: dict[str, Tensor], of_fake: dict[str, Tensor]
) -> None:
    """Let all terms update their state after the discriminator's update.

    They are given the outputs for the whole batch, on whatever replicas it was; an
    augmentation, which knows no loss, logits that are counted from the loss's boundary.
    """
    of_real, of_fake = replicas.of_all(of_real), replicas.of_all(of_fake)
    if gan.augmentation is not None:
        counted = of_real["logits"] - (gan.objective.boundary or 0.0)
        gan.augmentation.update({**of_real, "logits": counted})
    gan.objective.update(of_real["logits"], of_fake["logits"])
    for term in gan.auxiliaries:
        term.update(of_real, of_fake)


def generator_pass(gan: Any, n: Any) -> tuple[Any, ...]:
    """Make fakes, and what a `generator_update` needs later.

    Returns:
        A `Batch` of fakes, the terms of the generator's penalties, and a function that
        applies the gradients of the fakes to the generator.
    """
    latents, labels = gan.draw_latents(n), gan.draw_labels(n)
    optimizer = gan.optimizer.generator_optimizer

    def forward():
        images, penalties = make_and_penalise(gan, latents, labels)
        return (images, player_loss(optimizer, penalties["loss"])), penalties

    variables = gan.generator.trainable_variables
    (images, penalty), penalties, pull = backend.vjp(forward, variables)

    def answer(by_image):
        gradients = pull((by_image, ops.ones_like(penalty)), variables)
        backend.apply_gradients(optimizer, gradients, variables)

    return Batch(ops.stop_gradient(images), labels, latents), penalties, answer


def generator_update(
    gan: Any, real: Batch, fake: Batch, penalties: dict[str, Tensor], answer: Callable
) -> dict[str, Tensor]:
    """One step of the generator, from a `generator_pass`."""

    def losses(images):
        batch = fake._replace(images=images)
        found = Judged(batch, judge(gan, batch))
        logs = terms.generator_losses(
            gan, lambda: judge(gan, real), found, partial(judge, gan)
        )
        return player_loss(gan.optimizer.generator_optimizer, logs["loss"]), logs

    by_image, logs = backend.input_gradients(losses, fake.images, differentiable=False)
    answer(by_image)
    return terms.merge(logs, penalties)


def alternating_update(gan: Any, real: Batch) -> dict[str, Tensor]:
    """`critic_steps` discriminator updates on new images, then the generator's."""
    critic, generator = [], []
    for i in range(gan.critic_steps):
        shown = part(real, i, gan.critic_steps)
        n = ops.shape(shown.images)[0]
        if i + 1 < gan.critic_steps:
            latents, labels = gan.draw_latents(n), gan.draw_labels(n)
            made = ops.stop_gradient(make(gan, latents, labels))
            fake = Batch(made, labels, latents)
        else:
            fake, *rest = generator_pass(gan, n)
        critic.append(discriminator_update(gan, shown, fixed(fake)))
    generator.append(generator_update(gan, shown, fake, *rest))
    for _ in range(gan.generator_steps - 1):
        generator.append(generator_update(gan, shown, *generator_pass(gan, n)))
    return terms.merge(terms.mean(critic), terms.mean(generator))
