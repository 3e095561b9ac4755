"""The same two epochs on one device and on two replicas; run in its own process."""

import keras
import numpy as np
import tensorflow as tf

import keras_gan_zoo as kgz

CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    CPU, [tf.config.LogicalDeviceConfiguration() for _ in range(2)]
)
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1), dtype="uint8")


def build():
    """No batch norm: a replica's statistics are its own."""
    keras.utils.set_random_seed(0)
    latents = keras.Input((4,))
    x = keras.layers.Dense(16, activation="tanh")(latents)
    x = keras.layers.Dense(64, activation="tanh")(x)
    gan = kgz.GAN(
        keras.Model(latents, keras.layers.Reshape((8, 8, 1))(x)),
        kgz.networks.dense_discriminator((8, 8, 1), widths=(16,), dropout=0),
        loss="wasserstein",
        penalties=[kgz.GradientPenalty(10)],
        ema_half_life=100,
        seed=5,
    )
    # XLA, which one device would get, draws other random numbers.
    sgd = (keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
    gan.compile(*sgd, jit_compile=False)
    return gan


def train(gan):
    return gan.fit(IMAGES, batch_size=20, epochs=2, shuffle=False, verbose=0).history


if __name__ == "__main__":
    alone = build()
    start = [weight.numpy() for weight in alone.weights]
    one = train(alone)
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        together = build()
    two = train(together)
    for key in one:
        np.testing.assert_allclose(two[key], one[key], rtol=1e-4, atol=1e-5)
    for a, b in zip(alone.weights, together.weights, strict=True):
        np.testing.assert_allclose(b.numpy(), a.numpy(), atol=1e-5)
    assert any(
        np.abs(a - b.numpy()).max() > 1e-3
        for a, b in zip(start, alone.weights, strict=True)
    )
