"""Penalties against closed forms: critics whose gradient is known everywhere."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz

rng = np.random.default_rng(0)
SHAPE = (16, 4, 3, 2)
REAL = rng.uniform(-1, 1, SHAPE).astype("float32")
FAKE = rng.uniform(-1, 1, SHAPE).astype("float32")
SLOPE = rng.standard_normal(SHAPE[1:]).astype("float32")


def linear(x):
    """a.x, whose gradient is a at every image."""
    return ops.sum(x * SLOPE, axis=(1, 2, 3))[:, None]


def quadratic(x):
    """|x|^2 / 2, whose gradient is x."""
    return 0.5 * ops.sum(ops.square(x), axis=(1, 2, 3))[:, None]


def constant(x):
    return 0.0 * linear(x)


UNIFORM = rng.random((16, 1, 1, 1)).astype("float32")
PIXELS = rng.random(SHAPE).astype("float32")


def draw(shape, distribution):
    assert distribution == "uniform"
    return ops.convert_to_tensor(
        UNIFORM if len(shape) and int(shape[1]) == 1 else PIXELS
    )


def evaluate(penalty, critic):
    """On JAX a gradient is taken inside a scope, as `train_step` has one."""
    with keras.StatelessScope():
        value = penalty(
            critic, ops.convert_to_tensor(REAL), ops.convert_to_tensor(FAKE), draw
        )
    return float(ops.convert_to_numpy(ops.stop_gradient(value)))


def norms(x):
    return np.sqrt((x.astype("float64") ** 2).sum(axis=(1, 2, 3)))


CASES = [
    (kgz.GradientPenalty(10), linear, 10 * (np.linalg.norm(SLOPE) - 1) ** 2),
    (
        kgz.GradientPenalty(10),
        quadratic,
        10 * ((norms(UNIFORM * REAL + (1 - UNIFORM) * FAKE) - 1) ** 2).mean(),
    ),
    (kgz.penalties.DRAGAN(10), linear, 10 * (np.linalg.norm(SLOPE) - 1) ** 2),
    (
        kgz.penalties.DRAGAN(2),
        quadratic,
        2 * ((norms(REAL + 0.5 * REAL.std() * PIXELS) - 1) ** 2).mean(),
    ),
    (kgz.R1(10), linear, 10 / 2 * np.linalg.norm(SLOPE) ** 2),
    (kgz.R1(3), quadratic, 3 / 2 * (norms(REAL) ** 2).mean()),
]


@pytest.mark.parametrize(("penalty", "critic", "expected"), CASES)
def test_closed_form(penalty, critic, expected):
    assert evaluate(penalty, critic) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("penalty", [kgz.GradientPenalty(10), kgz.penalties.DRAGAN(10)])
def test_a_flat_critic_is_one_short_and_has_finite_gradients(penalty):
    assert evaluate(penalty, constant) == pytest.approx(10.0, rel=1e-4)


def test_a_flat_critic_can_be_trained():
    """The gradient of a norm at 0 is NaN without the epsilon."""
    discriminator = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_initializer="zeros"),
        ]
    )
    gan = kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=2, widths=(4,)),
        discriminator,
        loss="wasserstein",
        penalties=[kgz.GradientPenalty(10)],
    )
    gan.compile()
    gan.fit(np.zeros((8, 8, 8, 1), "uint8"), batch_size=8, epochs=3, verbose=0)
    for weight in discriminator.weights:
        assert np.isfinite(ops.convert_to_numpy(weight)).all()


def test_bad_weight():
    with pytest.raises(ValueError, match="`weight` must be 0 or more"):
        kgz.R1(weight=-1)


def test_config_round_trip():
    penalty = kgz.penalties.DRAGAN(4.0)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(penalty)
    )
    assert isinstance(copy, kgz.penalties.DRAGAN)
    assert copy.weight == 4.0
