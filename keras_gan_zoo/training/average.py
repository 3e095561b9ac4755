"""The moving average of the generator."""

from typing import Any

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.objectives.schedules import Schedule, weight_at

RAMP = 0.05  # as in StyleGAN2: the half-life's largest share of the images so far


def update_average(gan: Any, n: Any) -> None:
    """Move the averaged generator towards the generator, after `n` more images.

    The half-life is in images, and grows during the run up to `ema_half_life`, so that
    the initial weights do not linger in a short run; or it follows a schedule of the
    images seen. An iteration counts as one batch
    of the generator, however many the discriminator saw.
    """
    if gan.ema_half_life is None:
        return
    n = ops.cast(n * backend.num_replicas(), "float32")
    if isinstance(gan.ema_half_life, Schedule):
        half_life = ops.maximum(weight_at(gan.ema_half_life, gan.images_seen), 1e-8)
    else:
        seen = ops.minimum(gan.images_averaged + n, gan.ema_half_life / RAMP)
        gan.images_averaged.assign(seen)
        half_life = ops.minimum(seen * RAMP, float(gan.ema_half_life))
    decay = ops.power(0.5, n / half_life)
    for average, weight in zip(
        gan.ema_generator.weights, gan.generator.weights, strict=True
    ):
        average.assign(weight + (average - weight) * ops.cast(decay, average.dtype))
