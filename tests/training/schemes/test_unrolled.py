"""The generator's gradient through unrolled steps, against NumPy's differences."""

import keras
import numpy as np
import plain_gan as plain
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.training.schemes import SCHEMES

N, RATE = 4, 0.1
POINTS = np.random.default_rng(3).uniform(-1, 1, (2 * N, 1, 1, 2)).astype("float32")


class Adam:
    """Kingma and Ba 2014, with epsilon outside of the corrected root, as in Keras."""

    names = ("momentum", "velocity")

    def __init__(self):
        self.keras = keras.optimizers.Adam(RATE, beta_1=0.5, beta_2=0.9, epsilon=1e-6)

    def step(self, w, gradient, state, t):
        m, v = state
        m, v = m + 0.5 * (gradient - m), v + 0.1 * (gradient**2 - v)
        rate = RATE * np.sqrt(1 - 0.9**t) / (1 - 0.5**t)
        return w - rate * m / (np.sqrt(v) + 1e-6), (m, v)


class SGD:
    names = ()

    def __init__(self):
        self.keras = keras.optimizers.SGD(RATE)

    def step(self, w, gradient, state, t):
        return w - RATE * gradient, ()


class Clipped(SGD):
    """The gradient's elements are at most 0.05."""

    def __init__(self):
        self.keras = keras.optimizers.SGD(RATE, clipvalue=0.05)

    def step(self, w, gradient, state, t):
        return w - RATE * np.clip(gradient, -0.05, 0.05), ()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def with_one(points):
    points = points.reshape(-1, 2).astype("float64")
    return np.concatenate([points, np.ones((len(points), 1))], axis=1)


def loss(w, real, fake):
    return np.mean(np.log1p(np.exp(-real @ w))) + np.mean(np.log1p(np.exp(fake @ w)))


def gradient(w, real, fake):
    of_real = -(sigmoid(-real @ w)[:, None] * real).mean(axis=0)
    return of_real + (sigmoid(fake @ w)[:, None] * fake).mean(axis=0)


def ahead(a, w, state, t, latents, real, optimizer, steps):
    """What the generator minimises: the game's value, `steps` steps later."""
    fake = with_one(latents @ a)
    for i in range(steps):
        w, state = optimizer.step(w, gradient(w, real, fake), state, t + i + 1)
    return -loss(w, real, fake)


def game(optimizer, update, **settings):
    latents, points = keras.Input((3,)), keras.Input((1, 1, 2))
    made = layers.Reshape((1, 1, 2))(layers.Dense(2, use_bias=False)(latents))
    gan = kgz.GAN(
        keras.Model(latents, made),
        keras.Model(points, layers.Dense(1)(layers.Flatten()(points))),
        loss="minimax",
        update=update,
        seed=1,
    )
    gan.generator.set_weights([np.array([[0.5, -0.2], [0.1, 0.4], [-0.3, 0.2]])])
    gan.discriminator.set_weights([np.array([[0.7], [-0.4]]), np.array([0.1])])
    plain.Draws(gan)
    gan.compile(keras.optimizers.SGD(1.0), optimizer.keras, **settings)
    return gan


def weights(gan):
    (a,) = gan.generator.get_weights()
    kernel, bias = gan.discriminator.get_weights()
    return a.astype("float64"), np.append(kernel[:, 0], bias).astype("float64")


def state(gan, optimizer):
    found = gan.optimizer.discriminator_optimizer.variables
    by_name = {v.path: keras.ops.convert_to_numpy(v) for v in found}
    return tuple(
        np.concatenate([np.ravel(v) for path, v in by_name.items() if name in path])
        for name in optimizer.names
    )


@pytest.mark.parametrize(
    ("optimizer", "update", "eager"),
    [
        (Adam, "unrolled", plain.BACKEND == "torch"),
        (SGD, "unrolled_1", True),
        (Clipped, "unrolled_1", True),
    ],
)
def test_gradients_flow_through_the_steps(optimizer, update, eager):
    optimizer = optimizer()
    steps = {"unrolled": 5, "unrolled_1": 1}[update]
    gan = game(optimizer, update, run_eagerly=eager)
    latents = plain.numbers(0, (N, 3), "normal").astype("float64")
    before = np.zeros(3), np.zeros(3)
    for t in range(2):  # the second time the optimizer has a state
        points = POINTS[t * N :][:N]
        real = with_one(points)
        a, w = weights(gan)
        given = (state(gan, optimizer) if t else before)[: len(optimizer.names)]
        rest = (w, given, t, latents, real, optimizer, steps)
        expected = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            h = np.zeros_like(a)
            h[i] = 1e-6
            expected[i] = (ahead(a + h, *rest) - ahead(a - h, *rest)) / 2e-6
        gan.fit(points, batch_size=N, verbose=0, shuffle=False, value_range=(-1, 1))
        moved, w_moved = weights(gan)
        np.testing.assert_allclose(a - moved, expected, rtol=2e-3, atol=1e-6)
        # The discriminator's own step is an ordinary one, on the same points.
        slope = gradient(w, real, with_one(latents @ a))
        w_expected, _ = optimizer.step(w, slope, given, t + 1)
        np.testing.assert_allclose(w_moved, w_expected, rtol=1e-4, atol=1e-6)


def test_the_numbers_of_steps():
    steps = {k: s.update.keywords["steps"] for k, s in SCHEMES.items() if "rolled" in k}
    assert steps == {"unrolled": 5, "unrolled_1": 1, "unrolled_10": 10}


def test_each_player_moves_once():
    with pytest.raises(ValueError, match="'unrolled'` moves both players once"):
        kgz.MLPGAN(image_shape=(4, 4, 1), update="unrolled", critic_steps=2)


@pytest.mark.parametrize("name", ["Nadam", "Muon"])
def test_optimizers_that_do_more_than_their_step(name, tiny_gan, noise):
    gan = tiny_gan(update="unrolled_1", compiled=False)
    gan.compile("adam", name)
    history = gan.fit(noise(), batch_size=8, verbose=0).history
    assert np.isfinite([*history.values()]).all()
    assert all(np.isfinite(w).all() for w in gan.get_weights())


class Averages(keras.optimizers.SGD):
    def apply(self, grads, trainable_variables=None):
        super().apply(grads, trainable_variables)


@pytest.mark.parametrize(
    "optimizer",
    [lambda: Averages(), lambda: keras.optimizers.SGD(gradient_accumulation_steps=2)],
)
def test_an_optimizer_that_can_not_be_unrolled_is_refused(optimizer, tiny_gan, noise):
    gan = tiny_gan(update="unrolled_1", compiled=False)
    with pytest.raises(ValueError, match=r"at each step.*Received: discriminator_opt"):
        gan.compile("adam", optimizer())
    gan.compile(optimizer(), "adam")  # the generator's is not unrolled
    history = gan.fit(noise(), batch_size=8, verbose=0).history
    assert np.isfinite(history["g_loss"]).all()
