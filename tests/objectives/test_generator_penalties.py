"""Generator penalties, each against NumPy written out."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import generator_penalties
from keras_gan_zoo.generator_penalties import GeneratorPenalty, ModeSeeking, PathLength
from keras_gan_zoo.layers import Tap
from keras_gan_zoo.training import step
from keras_gan_zoo.training.batch import Batch

N, DIM, SHAPE = 5, 3, (4, 2, 3)
rng = np.random.default_rng(0)
KERNEL = rng.standard_normal((DIM, 24))
LATENTS, OTHERS = rng.standard_normal((2, N, DIM))
NOISE = rng.standard_normal((N, *SHAPE))
LABELS = np.arange(N) % 2
tensor = ops.convert_to_tensor


def make(latents, labels):
    """A generator in Keras: tanh(z W), and brighter for label 1."""
    images = ops.tanh(ops.matmul(latents, tensor(KERNEL.astype("float32"))))
    images = images + 0.1 * ops.cast(labels, "float32")[:, None]
    return ops.reshape(images, (-1, *SHAPE))


def images_of(latents):
    """The same in NumPy, float64."""
    images = np.tanh(latents @ KERNEL) + 0.1 * LABELS[:, None]
    return images.reshape(-1, *SHAPE)


def gradients_at(latents, cotangent):
    """d sum(images * cotangent) / d latents."""
    slope = 1 - np.tanh(latents @ KERNEL) ** 2
    return (slope * cotangent.reshape(N, -1)) @ KERNEL.T


def evaluate(penalty, latents=LATENTS, others=OTHERS):
    latents32 = tensor(latents.astype("float32"))
    fake = Batch(make(latents32, tensor(LABELS)), tensor(LABELS), latents32)

    def pull(cotangent):
        values = ops.convert_to_numpy(cotangent).astype("float64")
        return tensor(gradients_at(latents, values).astype("float32"))

    def draw(shape, distribution):
        assert tuple(map(int, shape)) == NOISE.shape
        assert distribution == "normal"
        return tensor(NOISE.astype("float32"))

    def draw_latents(n):
        assert int(n) == N
        return tensor(others.astype("float32"))

    value = penalty.value(fake, make, pull, draw, draw_latents)
    return float(ops.convert_to_numpy(value))


# === Mode seeking: Mao et al. 2019, eq. 2, inverted and with 1e-5 as in their code ===


def mode_seeking(latents, others):
    images = np.abs(images_of(others) - images_of(latents)).mean()
    return 1 / (images / np.abs(others - latents).mean() + 1e-5)


def test_mode_seeking():
    expected = mode_seeking(LATENTS, OTHERS)
    assert evaluate(ModeSeeking()) == pytest.approx(expected, rel=1e-5)


def test_mode_seeking_of_a_collapsed_generator_is_large_but_finite():
    far = 1e4 * np.sign(LATENTS)  # where tanh is flat, images do not differ
    found = evaluate(ModeSeeking(), far, far + 1.0)
    assert found == pytest.approx(mode_seeking(far, far + 1.0), rel=1e-5)
    assert found == pytest.approx(1e5, rel=1e-5)


# === Path length: Karras et al. 2020, eq. 4 ===


def lengths():
    """|J^T y| of each image; y is noise over the square root of the pixels."""
    pixels = SHAPE[0] * SHAPE[1]
    return np.linalg.norm(gradients_at(LATENTS, NOISE / np.sqrt(pixels)), axis=1)


@pytest.mark.parametrize("decay", [0.01, 0.3])
def test_path_length(decay):
    penalty, mean = generator_penalties.get(PathLength(decay=decay)), 0.0
    for _ in range(3):
        mean += decay * (lengths().mean() - mean)
        expected = ((lengths() - mean) ** 2).mean()
        assert evaluate(penalty) == pytest.approx(expected, rel=1e-5)
        assert float(ops.convert_to_numpy(penalty.mean)) == pytest.approx(mean)


def test_path_length_is_zero_where_all_steps_are_equally_long():
    penalty = generator_penalties.get(PathLength(decay=1.0))

    def pull(cotangent):
        return ops.ones((N, 4))

    images = ops.zeros((N, *SHAPE))
    fake = Batch(images, None, None)
    found = penalty.value(fake, None, pull, lambda shape, _: ops.ones(shape), None)
    assert float(ops.convert_to_numpy(found)) == pytest.approx(0, abs=1e-10)
    assert float(ops.convert_to_numpy(penalty.mean)) == pytest.approx(2)


def test_path_length_of_several_w():
    """The square root of the sum over w, and the mean over the layers that take one."""
    slopes = rng.standard_normal((N, 6, 4))
    penalty = generator_penalties.get(PathLength(decay=0.5))
    fake = Batch(ops.zeros((N, *SHAPE)), None, None)

    def pull(cotangent):
        return tensor(slopes.astype("float32"))

    found = penalty.value(fake, None, pull, lambda shape, _: ops.ones(shape), None)
    expected = np.sqrt((slopes**2).sum(2).mean(1))
    expected = ((expected - 0.5 * expected.mean()) ** 2).mean()
    assert float(ops.convert_to_numpy(found)) == pytest.approx(expected, rel=1e-5)


def test_path_length_of_a_generator_with_a_tap(tiny_gan):
    """Images are linear in w, so that d images / d w is the last kernel everywhere."""
    latents = keras.Input((DIM,))
    w = Tap(name="w")(keras.layers.Dense(4, activation="tanh")(latents))
    images = keras.layers.Reshape((8, 8, 1))(keras.layers.Dense(64, name="last")(w))
    generator = keras.Model(latents, images)
    gan = kgz.GAN(
        generator,
        tiny_gan(compiled=False).discriminator,
        generator_penalties=[PathLength(2.0)],
    )
    noise = rng.standard_normal((N, 8, 8, 1))
    gan.draw = lambda *_, **__: tensor(noise.astype("float32"))
    gan.compile()
    with keras.StatelessScope():
        found = step.make_and_penalise(gan, tensor(LATENTS.astype("float32")), None)[1]
    kernel = ops.convert_to_numpy(ops.stop_gradient(generator.get_layer("last").kernel))
    steps = np.linalg.norm(noise.reshape(N, -1) / 8 @ kernel.T, axis=1)
    expected = 2 * ((steps - 0.01 * steps.mean()) ** 2).mean()
    value = ops.convert_to_numpy(ops.stop_gradient(found["path_length"]))
    assert float(value) == pytest.approx(expected, rel=1e-4)


# === Common to all ===


@pytest.mark.parametrize("cls", [ModeSeeking, PathLength])
def test_config_round_trip(cls):
    schedule = keras.optimizers.schedules.PolynomialDecay(4.0, 100)
    for one in (cls(3.0), cls(schedule, every=4, name="mine")):
        copy = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(one)
        )
        assert type(copy) is cls
        assert copy.get_config() == one.get_config()
    assert (copy.every, copy.name) == (4, "mine")
    assert generator_penalties.get(one) is one
    assert (
        type(generator_penalties.get(keras.saving.serialize_keras_object(one))) is cls
    )


def test_defaults():
    assert (ModeSeeking().name, PathLength().name) == ("mode_seeking", "path_length")
    assert (ModeSeeking().weight, PathLength().weight) == (1.0, 2.0)
    assert (ModeSeeking.inner, PathLength.inner) == (False, True)


@pytest.mark.parametrize("cls", [ModeSeeking, PathLength])
@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"weight": -1}, "`weight` must be .*Received: weight=-1"),
        ({"weight": float("nan")}, "`weight` must be .*Received: weight=nan"),
        ({"every": 0}, "`every` must be .*Received: every=0"),
        ({"every": 1.5}, r"`every` must be .*Received: every=1\.5"),
    ],
)
def test_bad_settings(cls, settings, says):
    with pytest.raises(ValueError, match=says):
        cls(**settings)


def test_what_a_penalty_of_ones_own_must_define():
    with pytest.raises(NotImplementedError, match="must define `value`"):
        GeneratorPenalty().value(None, None, None, None, None)


@pytest.mark.parametrize("penalty", ["mode_seeking", ModeSeeking, 10])
def test_what_is_no_penalty(penalty, tiny_gan):
    with pytest.raises(ValueError, match=r"`generator_penalties` must be a list.*Rece"):
        tiny_gan(generator_penalties=[penalty])
