"""The averaged generator is a copy of any generator that can be trained."""

import functools

import keras
import numpy as np
import pytest
from keras import layers, ops
from same import assert_same

import keras_gan_zoo as kgz
from keras_gan_zoo.networks.copying import copy_of


def leaky(x):
    return ops.leaky_relu(x, 0.3)


def relu(x):  # not Keras' own
    return ops.sin(x)


def backends_own():
    name = keras.backend.backend()
    if name == "jax":
        import jax

        return jax.nn.silu
    if name == "torch":
        import torch

        return torch.nn.functional.silu
    import tensorflow as tf

    return tf.nn.silu


@keras.saving.register_keras_serializable("test_copying")
class Holds(layers.Layer):
    """A layer without weights, whose argument no config can hold."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


class Scale(layers.Layer):
    def __init__(self, start):
        super().__init__()
        self.start = start
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        return self.scale * x * ops.cast(self.start.sum(), x.dtype)


FUNCTIONS = {
    "function": lambda: leaky,
    "a name of Keras": lambda: relu,
    "lambda": lambda: lambda x: 2 * x,
    "partial": lambda: functools.partial(ops.leaky_relu, negative_slope=0.3),
    "the backend's": backends_own,
}


def generator(*middle):
    return keras.Sequential(
        [keras.Input((4,)), *middle, layers.Dense(64), layers.Reshape((8, 8, 1))]
    )


def check(network, noise):
    discriminator = kgz.networks.dense_discriminator((8, 8, 1), widths=(4,))
    gan = kgz.GAN(network, discriminator, ema_half_life=10, seed=1)
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    assert_same([gan.generator(x)], [gan.ema_generator(x)])
    mine = {id(v) for v in gan.generator.variables}
    assert not mine & {id(v) for v in gan.ema_generator.variables}
    gan.compile()
    gan.fit(noise(8), batch_size=4, verbose=0)
    assert np.isfinite(gan.generate(2, seed=0)).all()


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_functions_are_shared(kind, noise):
    function = FUNCTIONS[kind]()
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5, activation=function), Holds(function)]
    )
    x = keras.Input((4,))
    y = layers.Lambda(function)(layers.Activation(function)(inner(x)))
    inner = keras.Model(x, y)
    check(generator(inner, layers.Dense(6, activation=function)), noise)


def test_what_keras_can_not_make_anew_is_named():
    network = generator(Scale(np.ones(3)))
    with pytest.raises(ValueError, match=r"`ema_half_life` needs.*class Scale, whose"):
        copy_of(network)
    kgz.GAN(network, kgz.networks.dense_discriminator((8, 8, 1), widths=(4,)))


def test_a_lambda_is_still_refused_in_a_preset(tmp_path):
    discriminator = kgz.networks.dense_discriminator((8, 8, 1), widths=(4,))
    gan = kgz.GAN(
        generator(layers.Lambda(lambda x: 2 * x)), discriminator, ema_half_life=10
    )
    with pytest.raises(ValueError, match="Lambda"):
        gan.save_to_preset(tmp_path / "preset")
