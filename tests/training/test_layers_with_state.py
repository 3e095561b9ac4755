"""Layers that assign to variables when they are called, several times in one update."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz

SHAPE = (8, 8, 1)


class Counter(layers.Layer):
    """The identity, which counts its calls in training."""

    def __init__(self):
        super().__init__()
        self.count = self.add_weight((), "zeros", trainable=False, name="count")

    def call(self, x, training=False):
        if training:
            self.count.assign(self.count + 1)
        return x


class Codebook(layers.Layer):
    """Reads a state into the graph, then overwrites it."""

    def build(self, shape):
        self.book = self.add_weight((shape[-1], 3), "ones", trainable=False)

    def call(self, x, training=False):
        found = ops.matmul(x, self.book)
        if training:
            self.book.assign(0.9 * self.book + 0.1 * ops.mean(x))
        return found


class Rescaled(layers.Layer):
    """Writes its trained kernel at each call in training, to the norm 1."""

    def build(self, shape):
        self.kernel = self.add_weight((shape[-1], 1))

    def call(self, x, training=False):
        if training:
            norm = ops.sqrt(ops.sum(ops.square(self.kernel)))
            self.kernel.assign(self.kernel / norm)
        return ops.matmul(x, self.kernel)


class Noise(layers.Layer):
    """Draws from Keras' global generator."""

    def call(self, x, training=False):
        return x + keras.random.normal(ops.shape(x)) if training else x


def generator(*stack):
    z = keras.Input((4,))
    x = z
    for layer in stack:
        x = layer(x)
    x = layers.Dense(64, activation="tanh")(x)
    return keras.Model(z, layers.Reshape(SHAPE)(x))


def discriminator(*stack):
    images = keras.Input(SHAPE)
    x = layers.Flatten()(images)
    for layer in stack:
        x = layer(x)
    return keras.Model(images, layers.Dense(1)(x) if x.shape[-1] > 1 else x)


def spectral(layer):
    return layers.SpectralNormalization(layer)


DISCRIMINATORS = {
    "spectral Dense": lambda: [spectral(layers.Dense(8)), spectral(layers.Dense(1))],
    "spectral convolution": lambda: [
        layers.Reshape(SHAPE),
        spectral(layers.Conv2D(2, 3, data_format="channels_last")),
        layers.Flatten(),
    ],
    "codebook": lambda: [layers.Dense(4), Codebook()],
    "rescaled": lambda: [layers.Dense(4, activation="tanh"), Rescaled()],
    "batch norm": lambda: [layers.Dense(4), layers.BatchNormalization()],
    "dropout": lambda: [layers.Dropout(0.3)],
}
SETTINGS = {
    "plain": {},
    "gradient penalty": {"loss": "wasserstein", "penalties": [kgz.GradientPenalty(1)]},
    "critic steps": {"critic_steps": 2, "loss": "hinge"},
    "R1 and R2": {"penalties": [kgz.R1(1), kgz.penalties.R2(1, every=2)]},
    "relativistic": {"loss": "relativistic_average"},
    "simultaneous": {"update": "simultaneous"},
    "latent optimization": {"update": "latent_optimization"},
    "unrolled": {"update": "unrolled_1"},
}


CASES = [
    *((name, "plain") for name in DISCRIMINATORS),
    *(("spectral Dense", settings) for settings in SETTINGS if settings != "plain"),
    ("codebook", "gradient penalty"),
    ("rescaled", "gradient penalty"),
]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_they_train(name, settings, noise):
    keras.utils.set_random_seed(0)
    network = discriminator(*DISCRIMINATORS[name]())
    before = network.get_weights()
    gan = kgz.GAN(generator(), network, seed=0, **SETTINGS[settings])
    gan.compile(run_eagerly=keras.config.backend() == "tensorflow")
    history = gan.fit(noise(16), batch_size=4, epochs=1, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    after = network.get_weights()
    assert all(np.isfinite(w).all() for w in after)
    assert any((a != b).any() for a, b in zip(before, after, strict=True))


def test_keras_spectral_norm_keeps_what_it_wrote(noise):
    """Standing still, its kernels are those that Keras' own layer has after calls."""
    keras.utils.set_random_seed(0)
    network = discriminator(*DISCRIMINATORS["spectral Dense"]())
    alone = keras.models.clone_model(network)
    alone.set_weights(network.get_weights())
    gan = kgz.GAN(generator(), network, seed=0)
    gan.compile(*(keras.optimizers.SGD(0.0) for _ in range(2)))
    gan.fit(noise(8), batch_size=8, verbose=0)
    kernel = alone.layers[2].kernel
    w, u = (ops.convert_to_numpy(v) for v in (kernel, alone.layers[2].vector_u))
    for _ in range(3):  # of real images, of generated ones, and for the generator
        v = u @ w.T / np.linalg.norm(u @ w.T)
        u = v @ w / np.linalg.norm(v @ w)
        w = w / (v @ w @ u.T)
    np.testing.assert_allclose(
        ops.convert_to_numpy(network.layers[2].kernel), w, atol=1e-5
    )
    logs = gan.evaluate(noise(8), return_dict=True, verbose=0)
    assert np.isfinite(logs["d_loss"])


def test_the_spectral_norm_of_a_trained_critic_stays_near_1(noise):
    network = discriminator(*DISCRIMINATORS["spectral Dense"]())
    gan = kgz.GAN(generator(), network, seed=0, loss="hinge")
    gan.compile(*(keras.optimizers.Adam(1e-3, 0.0) for _ in range(2)))
    gan.fit(noise(40), batch_size=4, epochs=3, verbose=0)
    norm = np.linalg.norm(ops.convert_to_numpy(network.layers[2].kernel), 2)
    assert norm == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("critic_steps", "calls"), [(1, 3), (2, 5)])
def test_a_state_is_counted_once_for_each_call(critic_steps, calls, noise):
    """Two calls for a discriminator update, one for the generator's."""
    counter, own = Counter(), Counter()
    gan = kgz.GAN(generator(own), discriminator(counter), critic_steps=critic_steps)
    gan.compile()
    gan.fit(noise(12), batch_size=4, steps_per_epoch=2, verbose=0)
    assert float(ops.convert_to_numpy(counter.count)) == 2 * calls
    assert float(ops.convert_to_numpy(own.count)) == 2 * critic_steps


def test_batch_statistics_are_those_of_both_kinds_in_turn():
    """Closed form: momentum 0.5, real images of 1 and generated ones of -1."""
    z = keras.Input((2,))
    dark = layers.Dense(64, kernel_initializer="zeros", use_bias=False)(z) - 1.0
    norm = layers.BatchNormalization(momentum=0.5)
    gan = kgz.GAN(keras.Model(z, layers.Reshape(SHAPE)(dark)), discriminator(norm))
    gan.compile(*(keras.optimizers.SGD(0.0) for _ in range(2)))
    gan.fit(np.full((4, *SHAPE), 255, "uint8"), batch_size=4, verbose=0)
    expected = ((0.5 * 0 + 0.5 * 1) * 0.5 - 0.5) * 0.5 - 0.5  # real, fake, fake
    found = ops.convert_to_numpy(norm.moving_mean)
    np.testing.assert_allclose(found, np.full(64, expected), atol=1e-6)


@pytest.mark.skipif(keras.config.backend() == "jax", reason="JAX has no such draws")
def test_draws_from_the_global_generator_go_on(noise):
    seen = []

    class Seen(Noise):
        def call(self, x, training=False):
            y = super().call(x, training=training)
            if training and not isinstance(x, keras.KerasTensor):
                seen.append(ops.convert_to_numpy(ops.stop_gradient(y - x)).copy())
            return y

    keras.utils.set_random_seed(0)
    gan = kgz.GAN(generator(), discriminator(Seen()))
    gan.compile(run_eagerly=True)
    seen.clear()
    gan.fit(noise(8), batch_size=4, verbose=0)
    draws = {round(float(s.flat[0]), 6) for s in seen}
    assert len(draws) == 6


@pytest.mark.skipif(keras.config.backend() == "jax", reason="JAX's are in its scope")
def test_what_layers_add_to_the_loss_is_that_of_the_last_call():
    """Also where a layer assigns to a state, which takes a second call at first."""
    from keras_gan_zoo import backend

    network = discriminator(layers.ActivityRegularization(l1=0.5), Counter())
    for value in (1.0, 2.0):
        images = value * ops.ones((1, *SHAPE))
        backend.call_in_training(network, images)
        found = [float(ops.convert_to_numpy(loss)) for loss in network.losses]
        assert found == pytest.approx([0.5 * 64 * value])
