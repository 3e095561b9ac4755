"""Penalties against closed forms: critics whose gradient is known everywhere."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import penalties
from keras_gan_zoo.penalties import Penalty
from keras_gan_zoo.training.batch import Batch

rng = np.random.default_rng(0)
SHAPE = (16, 4, 3, 2)
REAL = rng.uniform(-1, 1, SHAPE).astype("float32")
FAKE = rng.uniform(-1, 1, SHAPE).astype("float32")
LABELS = np.arange(16, dtype="int32") % 3
SLOPE = rng.standard_normal(SHAPE[1:]).astype("float32")
SHARE = rng.random((16, 1, 1, 1)).astype("float32")
PIXELS = rng.random(SHAPE).astype("float32")
tensor = ops.convert_to_tensor


class Linear:
    """a.x, whose gradient is a at every image."""

    def __call__(self, x):
        return ops.sum(x * tensor(SLOPE), axis=(1, 2, 3))[:, None]

    def gradient(self, x):
        return np.broadcast_to(SLOPE, x.shape)


class Quadratic:
    """|x|^2 / 2, whose gradient is x."""

    def __call__(self, x):
        return 0.5 * ops.sum(ops.square(x), axis=(1, 2, 3))[:, None]

    def gradient(self, x):
        return x


class Flat(Linear):
    def __call__(self, x):
        return 0.0 * super().__call__(x)


def draw(shape, distribution):
    assert distribution == "uniform"
    return tensor(SHARE if int(shape[1]) == 1 else PIXELS)


def one_sided():
    return kgz.GradientPenalty(one_sided=True)


def quarter():
    return penalties.RealGradientPenalty(target=0.25)


def evaluate(penalty, critic):
    """On JAX a gradient is taken inside a scope, as `train_step` has one."""

    def judge(batch):
        np.testing.assert_array_equal(ops.convert_to_numpy(batch.labels), LABELS)
        return {"logits": critic(batch.images)}

    labels = tensor(LABELS)
    with keras.StatelessScope():
        value = penalty(
            judge,
            Batch(tensor(REAL), labels),
            Batch(tensor(FAKE), labels),
            draw,
            {
                "real": lambda: tensor(critic.gradient(REAL)),
                "fake": lambda: tensor(critic.gradient(FAKE)),
            },
        )
    return float(ops.convert_to_numpy(ops.stop_gradient(value)))


def norms(x):
    return np.sqrt((x.astype("float64") ** 2).sum(axis=(1, 2, 3)))


STEEP = np.linalg.norm(SLOPE)
CASES = [
    (kgz.GradientPenalty, Linear, (STEEP - 1) ** 2),
    (
        kgz.GradientPenalty,
        Quadratic,
        ((norms(SHARE * REAL + (1 - SHARE) * FAKE) - 1) ** 2).mean(),
    ),
    (one_sided, Linear, (STEEP - 1) ** 2),
    (one_sided, Flat, 0.0),
    (penalties.ZeroCenteredGradientPenalty, Linear, STEEP**2),
    (
        penalties.ZeroCenteredGradientPenalty,
        Quadratic,
        (norms(SHARE * REAL + (1 - SHARE) * FAKE) ** 2).mean(),
    ),
    (penalties.MaxGradientPenalty, Linear, STEEP**2),
    (
        penalties.MaxGradientPenalty,
        Quadratic,
        (norms(SHARE * REAL + (1 - SHARE) * FAKE) ** 2).max(),
    ),
    (penalties.DRAGAN, Linear, (STEEP - 1) ** 2),
    (
        penalties.DRAGAN,
        Quadratic,
        ((norms(REAL + SHARE * 0.5 * REAL.std() * PIXELS) - 1) ** 2).mean(),
    ),
    (kgz.R1, Linear, STEEP**2 / 2),
    (kgz.R1, Quadratic, (norms(REAL) ** 2).mean() / 2),
    (penalties.R2, Linear, STEEP**2 / 2),
    (penalties.R2, Quadratic, (norms(FAKE) ** 2).mean() / 2),
    (quarter, Linear, (STEEP - 0.25) ** 2),
    (quarter, Quadratic, ((norms(REAL) - 0.25) ** 2).mean()),
    # The epsilon inside the root is all that is left of a flat critic's norm.
    (kgz.GradientPenalty, Flat, 1.0),
    (penalties.DRAGAN, Flat, 1.0),
]


@pytest.mark.parametrize(("penalty", "critic", "expected"), CASES)
def test_closed_form(penalty, critic, expected):
    assert evaluate(penalty(), critic()) == pytest.approx(expected, rel=1e-5)


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


@pytest.mark.parametrize("weight", [-1, "10", None, float("nan")])
def test_bad_weight(weight):
    with pytest.raises(ValueError, match=r"`weight` must be .*Received: weight="):
        kgz.R1(weight=weight)


@pytest.mark.parametrize("every", [0, -1, 1.5, "4", None])
def test_bad_every(every):
    with pytest.raises(ValueError, match=r"`every` must be .*Received: every="):
        kgz.R1(every=every)


@pytest.mark.parametrize(
    "penalty",
    [
        kgz.GradientPenalty,
        penalties.ZeroCenteredGradientPenalty,
        penalties.DRAGAN,
        kgz.R1,
        penalties.R2,
    ],
)
def test_config_round_trip(penalty):
    schedule = keras.optimizers.schedules.PolynomialDecay(4.0, 100)
    for one in (penalty(4.0), penalty(schedule, every=16, name="mine")):
        config = keras.saving.serialize_keras_object(one)
        copy = keras.saving.deserialize_keras_object(config)
        assert type(copy) is penalty
        assert copy.get_config() == one.get_config()
    assert copy.every == 16
    assert copy.name == "mine"
    assert float(ops.convert_to_numpy(copy.weight(100))) == pytest.approx(1e-4)


def test_config_of_options():
    finite = penalties.R2(2.0, method="finite_difference", scale=0.1)
    for one in (finite, kgz.GradientPenalty(one_sided=True), quarter()):
        config = keras.saving.serialize_keras_object(one)
        copy = keras.saving.deserialize_keras_object(config)
        assert copy.get_config() == one.get_config()
    with pytest.raises(ValueError, match=r"`method` must be .*Received: method='fd'"):
        kgz.R1(method="fd")
    with pytest.raises(ValueError, match=r"`scale` must be .*Received: scale=0"):
        kgz.R1(scale=0)


def test_defaults():
    names = {
        kgz.GradientPenalty().name,
        penalties.DRAGAN().name,
        kgz.R1().name,
        penalties.R2().name,
    }
    assert names == {
        "gradient_penalty",
        "dragan_penalty",
        "r1_penalty",
        "r2_penalty",
    }
    assert repr(kgz.R1(every=16)) == "R1(weight=10.0, every=16)"


def test_what_a_penalty_of_ones_own_must_define():
    with pytest.raises(NotImplementedError, match="must define `points`, or set `at`"):
        Penalty()(None, None, None, None)
    with pytest.raises(NotImplementedError, match="must define `value`"):
        Penalty().value(None)


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(penalties.PENALTIES))
def test_penalties_have_names(tiny_gan, name):
    (penalty,) = tiny_gan(penalties=[name]).penalties
    assert penalty.get_config() == penalties.PENALTIES[name]().get_config()


@pytest.mark.parametrize("penalty", ["r5", kgz.R1, 10])
def test_what_is_no_penalty(penalty, tiny_gan):
    with pytest.raises(ValueError, match=r"`penalties` must be a list.*Received"):
        tiny_gan(penalties=[penalty])
