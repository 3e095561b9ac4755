"""The same two epochs on one device and on two replicas; run in its own process."""

import keras
import numpy as np

import keras_gan_zoo as kgz


def two_devices():
    """A context in which a model trains on both halves of the CPU."""
    if keras.config.backend() == "jax":  # the test has set XLA_FLAGS
        return keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"]).scope()
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope()


if keras.config.backend() == "tensorflow":
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration() for _ in range(2)],
    )
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype="uint8")


class Follower(kgz.augmentation.Augmentation):
    """Its state follows the share of real images that are judged above 0."""

    def __init__(self):
        super().__init__("follower")
        self.share = self.add_weight((), "zeros", trainable=False, aggregation="mean")

    def call(self, images, draw):
        return images * (1.0 - 0.5 * self.share)

    def update(self, of_real):
        above = keras.ops.cast(of_real["logits"] > 0, "float32")
        self.share.assign(0.5 * self.share + 0.5 * keras.ops.mean(above))


class Centred(kgz.losses.Wasserstein, keras.layers.Layer):
    """Its state is the mean of the real logits, over all updates."""

    def __init__(self):
        keras.layers.Layer.__init__(self)
        self.centre = self.add_weight((), "zeros", trainable=False, aggregation="mean")

    def discriminator_loss(self, real_logits, fake_logits):
        drift = keras.ops.mean(keras.ops.square(real_logits - self.centre))
        return super().discriminator_loss(real_logits, fake_logits) + 0.1 * drift

    def update(self, real_logits, fake_logits):
        self.centre.assign(0.9 * self.centre + 0.1 * keras.ops.mean(real_logits))


def build():
    """No batch norm: a replica's statistics are its own."""
    keras.utils.set_random_seed(0)
    latents = keras.Input((4,))
    x = keras.layers.Dense(16, activation="tanh")(latents)
    x = keras.layers.Dense(64, activation="tanh")(x)
    gan = kgz.GAN(
        keras.Model(latents, keras.layers.Reshape((8, 8, 1))(x)),
        kgz.networks.dense_discriminator((8, 8, 1), widths=(16,), dropout=0),
        loss=Centred(),
        augmentation=Follower(),
        penalties=[kgz.GradientPenalty(10)],
        ema_half_life=100,
        seed=5,
    )
    # XLA, which one device would get, draws other random numbers.
    sgd = (keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
    gan.compile(*sgd, jit_compile=False)
    return gan


def values(gan):
    return [keras.ops.convert_to_numpy(weight).copy() for weight in gan.weights]


def train(gan):
    return gan.fit(IMAGES, batch_size=20, epochs=2, shuffle=False, verbose=0).history


if __name__ == "__main__":
    alone = build()
    start = values(alone)
    one = train(alone)
    with two_devices():
        together = build()
        two = train(together)
    for gan in (alone, together):
        assert keras.ops.convert_to_numpy(gan.augmentation.share) > 0.05
        assert abs(keras.ops.convert_to_numpy(gan.objective.centre)) > 1e-3
    for key in one:
        np.testing.assert_allclose(two[key], one[key], rtol=1e-4, atol=1e-5)
    for a, b in zip(values(alone), values(together), strict=True):
        np.testing.assert_allclose(b, a, atol=1e-5)
    assert any(
        np.abs(a - b).max() > 1e-3 for a, b in zip(start, values(alone), strict=True)
    )
