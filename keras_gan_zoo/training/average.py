"""The moving average of the generator."""

from keras import ops

from keras_gan_zoo import backend

RAMP = 0.05  # StyleGAN2's: the half-life is at most this share of the images so far


def update_average(gan, n):
    """Move the averaged generator towards the generator by `n` images.

    The half-life is in images, and grows with the run up to `ema_half_life`, so that a
    short run does not show its first weights. An iteration counts as one batch of the
    generator, however many the discriminator saw.
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
