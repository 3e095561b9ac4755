"""The moving average of the generator."""

from typing import Any

from keras import ops

from keras_gan_zoo import backend

RAMP = 0.05  # as in StyleGAN2: the half-life's largest share of the images so far


def update_average(gan: Any, n: Any) -> None:
    """Move the averaged generator towards the generator, after `n` more images.

    The half-life is in images, and grows during the run up to `ema_half_life`, so that
    the initial weights do not linger in a short run. An iteration counts as one batch
    of the generator, however many the discriminator saw.
    """
    if gan.ema_half_life is None:
        return
    n = ops.cast(n * backend.num_replicas(), "float32")
    seen = ops.minimum(gan.images_averaged + n, gan.ema_half_life / RAMP)
    gan.images_averaged.assign(seen)
    decay = ops.power(0.5, n / ops.minimum(seen * RAMP, float(gan.ema_half_life)))
    for average, weight in zip(
        gan.ema_generator.weights, gan.generator.weights, strict=True
    ):
        average.assign(weight + (average - weight) * ops.cast(decay, average.dtype))
