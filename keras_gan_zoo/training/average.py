"""The moving average of the generator."""

from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.schedules import Schedule, weight_at

RAMP = 0.05  # as in StyleGAN2: the half-life's largest share of the images so far


def begin_average(gan: Any) -> None:
    """Make the average a copy of the generator, from whose images it has seen none."""
    if gan.ema_generator is not gan.generator:
        gan.ema_generator.set_weights(gan.generator.get_weights())
        gan.images_averaged.assign(0)


def update_average(gan: Any, n: Any) -> None:
    """Move the averaged generator towards the generator, after `n` more images.

    The half-life is in images, and grows during the run up to `ema_half_life`, so that
    the initial weights do not linger in a short run. A schedule of the images seen is
    taken as it is. With `ema_start` the average is a copy of the generator for so many
    images, and has its full half-life from then on, as in BigGAN. An iteration counts
    as one batch of the generator, however many the discriminator saw. Constraints of
    weights hold for their averages.
    """
    if gan.ema_half_life is None:
        return
    n = ops.cast(n * backend.num_replicas(), "float32")
    start, half_life = gan.ema_start, weight_at(gan.ema_half_life, gan.images_seen)
    ramped = start is None and not isinstance(gan.ema_half_life, Schedule)
    last = float(half_life / RAMP if ramped else start or 0)  # the count ends there
    seen = ops.minimum(gan.images_averaged + n, last)
    gan.images_averaged.assign(seen)
    if ramped:
        half_life = ops.minimum(seen * RAMP, float(half_life))
    decay = ops.power(0.5, n / ops.maximum(half_life, 1e-8))
    if start is not None:
        decay = ops.where(seen < start, 0.0, decay)
    for average, weight in zip(
        gan.ema_generator.weights, gan.generator.weights, strict=True
    ):
        moved = weight + (average - weight) * ops.cast(decay, average.dtype)
        if average.constraint is not None:  # a mean of unit vectors is none
            moved = average.constraint(moved)
        average.assign(moved)
