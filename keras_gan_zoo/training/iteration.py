"""What one step of `fit`, and one of `evaluate`, does."""

from functools import partial
from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.training import step, terms
from keras_gan_zoo.training.average import update_average
from keras_gan_zoo.training.batch import Batch, to_model_range
from keras_gan_zoo.training.schemes import SCHEMES
from keras_gan_zoo.training.values import assumed
from keras_gan_zoo.typing import Tensor


def train_iteration(gan: Any, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Run one GAN iteration on real images; returns what the logs show."""
    gan.growth.begin(gan.images_seen)
    real = Batch(gan.growth.as_grown(to_model_range(images)), labels)
    if gan.augmentation is not None:
        gan.augmentation.begin(gan.images_seen)
    gan.optimizer.begin(gan.images_seen)
    logs = SCHEMES[gan.update].update(gan, real)
    if gan.augmentation is not None:
        logs.update(gan.augmentation.logs())
    n = ops.shape(real.images)[0]
    update_average(gan, n - n * (gan.critic_steps - 1) // gan.critic_steps)
    seen = ops.cast(n * backend.num_replicas(), gan.images_seen.dtype)
    gan.images_seen.assign(gan.images_seen + seen)
    return logs


def test_iteration(gan: Any, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """The same logs at fixed weights, in inference mode, with all lazy terms.

    What terms and layers assign to stays as it is, so that a run does not depend on
    when it is evaluated; all but the seed of the next evaluation.
    """
    with assumed() as now:
        logs = _logs_at_fixed_weights(gan, images, labels)
        seed = now(gan._evaluation_seed.state)
    gan._evaluation_seed.state.assign(seed)
    return logs


def _logs_at_fixed_weights(gan, images, labels):
    real = Batch(gan.growth.as_grown(to_model_range(images)), labels)
    n = ops.shape(real.images)[0]
    latents, labels = gan.draw_latents(n, False), gan.draw_labels(n, False)
    made, penalties = step.make_and_penalise(gan, latents, labels, training=False)
    fake = Batch(made, labels, latents)
    judge = partial(step.judge, gan, training=False)
    of_real = step.look(gan, real, "real", training=False)
    of_fake = step.look(gan, fake, "fake", training=False)
    discriminator = terms.discriminator_losses(
        gan, of_real, of_fake, judge, training=False
    )
    generator = terms.generator_losses(
        gan, lambda: of_real.of, of_fake, judge, training=False
    )
    return terms.merge(discriminator, generator, penalties)
