"""Against NumPy."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_gan_zoo import GAN
from keras_gan_zoo.layers import BatchNormalization, SpectralNormalization
from keras_gan_zoo.networks import dense_discriminator


def numpy(x):
    return ops.convert_to_numpy(x).astype("float64")


def generator(spectral=True):
    """Latents -> dense, batch norm, ReLU -> dense, batch norm -> a row of pixels."""
    latents = x = keras.Input((3,), name="latents")
    first = layers.Dense(5, name="first")
    x = SpectralNormalization(first, name="first")(x) if spectral else first(x)
    x = layers.ReLU()(BatchNormalization(epsilon=1e-5, name="norm_1")(x))
    x = layers.Dense(4, name="second")(x)
    x = layers.BatchNormalization(epsilon=1e-5, name="norm_2")(x)
    x = layers.Reshape((2, 2, 1))(x)
    return keras.Model(latents, layers.Activation("tanh")(x))


def tiny(**arguments):
    return GAN(generator(), dense_discriminator((2, 2, 1), (4,)), seed=1, **arguments)


@pytest.mark.parametrize("ema_half_life", [None, 100])
def test_standing_statistics(ema_half_life):
    gan = tiny(ema_half_life=ema_half_life)
    network = gan.ema_generator
    before = {v.path: numpy(v) for v in network.variables}
    gan.standing_statistics(batches=3, batch_size=8, seed=5, truncation=0.8)
    first = network.get_layer("first")
    kernel = numpy(first.layer.kernel)
    kernel = kernel / (numpy(first.u) @ kernel.T @ numpy(first.v))
    second = network.get_layer("second")
    rows = []
    for start in (0, 8, 16):
        z = gan.sample_latents(8, 5, truncation=0.8, start=start)
        h = z @ kernel + numpy(first.layer.bias)
        y = (h - h.mean(0)) / np.sqrt(h.var(0) + 1e-5)
        rows.append((h, np.maximum(y, 0) @ numpy(second.kernel) + numpy(second.bias)))
    for name, parts in zip(("norm_1", "norm_2"), zip(*rows, strict=True), strict=True):
        everything, layer = np.concatenate(parts), network.get_layer(name)
        mean, variance = everything.mean(0), everything.var(0)
        np.testing.assert_allclose(numpy(layer.moving_mean), mean, atol=1e-5)
        np.testing.assert_allclose(numpy(layer.moving_variance), variance, atol=1e-5)
        assert layer.momentum > 0
    for variable in network.variables:
        if "moving" not in variable.path:
            np.testing.assert_array_equal(numpy(variable), before[variable.path])
    if ema_half_life:
        raw = gan.generator.get_layer("norm_1")
        np.testing.assert_array_equal(numpy(raw.moving_mean), 0)
    images = gan.generate(4, seed=3)
    gan.compile()
    gan.fit(np.zeros((8, 2, 2, 1), "uint8"), batch_size=8, verbose=0)
    gan.standing_statistics(batches=2, batch_size=8)
    assert (gan.generate(4, seed=3) != images).any()


def test_without_batch_norm():
    network = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    images = layers.Activation("tanh")(layers.Reshape((2, 2, 1))(network.outputs[0]))
    gan = GAN(
        keras.Model(network.inputs[0], images), dense_discriminator((2, 2, 1), (4,))
    )
    with pytest.raises(ValueError, match="which this network lacks"):
        gan.standing_statistics()


def test_of_a_generator_of_ones_own_functions():
    latents = keras.Input((3,), name="latents")
    x = layers.Dense(4, activation=lambda x: x * x)(latents)
    x = layers.Reshape((2, 2, 1))(layers.BatchNormalization(name="norm")(x))
    network = keras.Model(latents, layers.Lambda(ops.tanh)(x))
    gan = GAN(network, dense_discriminator((2, 2, 1), (4,)), seed=1)
    gan.standing_statistics(batches=2, batch_size=8)
    z, dense = gan.sample_latents(16, 0), network.layers[1]
    squares = (z @ numpy(dense.kernel) + numpy(dense.bias)) ** 2
    norm = network.get_layer("norm")
    np.testing.assert_allclose(numpy(norm.moving_mean), squares.mean(0), rtol=1e-5)
