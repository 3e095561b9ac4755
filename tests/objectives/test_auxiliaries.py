"""Auxiliary terms against SciPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats
from scipy.special import log_softmax

import keras_gan_zoo as kgz
from keras_gan_zoo.auxiliaries import Auxiliary, Classification, Information
from keras_gan_zoo.training.batch import Batch

rng = np.random.default_rng(0)
tensor = ops.convert_to_tensor
LABELS = {kind: rng.integers(0, 3, 8).astype("int32") for kind in ("real", "fake")}
LOGITS = {kind: rng.normal(size=(8, 3)).astype("float32") for kind in LABELS}


def number(value):
    return float(ops.convert_to_numpy(value))


def cross_entropy(kind):
    return -log_softmax(LOGITS[kind], axis=1)[np.arange(8), LABELS[kind]].mean()


@pytest.mark.parametrize("on_fakes", [True, False])
def test_classification(on_fakes):
    term = Classification(0.5, on_fakes=on_fakes)
    real, fake = (Batch(None, tensor(LABELS[kind])) for kind in LABELS)
    of_real, of_fake = ({"classes": tensor(LOGITS[kind])} for kind in LABELS)
    found = term.discriminator_loss(None, real, of_real, fake, of_fake, None)
    expected = cross_entropy("real") + on_fakes * cross_entropy("fake")
    assert number(found) == pytest.approx(0.5 * expected, rel=1e-5)
    found = term.generator_loss(None, fake, of_fake, None)
    assert number(found) == pytest.approx(0.5 * cross_entropy("fake"), rel=1e-5)


def test_information():
    """Codes are the last numbers of a latent: 2 continuous ones, one of 3, one of 2."""
    plain, continuous = rng.normal(size=(8, 5)), rng.uniform(-1, 1, (8, 2))
    codes = np.eye(3)[rng.integers(0, 3, 8)], np.eye(2)[rng.integers(0, 2, 8)]
    latents = np.concatenate([plain, continuous, *codes], axis=1).astype("float32")
    head = rng.normal(size=(8, 7)).astype("float32")

    # Up to the constant log(2 pi) / 2 of each Gaussian of unit variance.
    gaussian = stats.norm(head[:, :2]).logpdf(continuous) + 0.5 * np.log(2 * np.pi)
    likelihood = gaussian.sum(axis=1)
    for code, part in zip(codes, (slice(2, 5), slice(5, 7)), strict=True):
        likelihood += (code * log_softmax(head[:, part], axis=1)).sum(axis=1)

    term = Information(continuous=2, categorical=(3, 2), weight=0.3)
    assert term.size == 7
    fake, of_fake = Batch(None, latents=tensor(latents)), {"codes": tensor(head)}
    for found in (
        term.discriminator_loss(None, None, None, fake, of_fake, None),
        term.generator_loss(None, fake, of_fake, None),
    ):
        assert number(found) == pytest.approx(-0.3 * likelihood.mean(), rel=1e-5)


@pytest.mark.parametrize(
    "term",
    [
        Classification(0.1, on_fakes=False, name="c"),
        Information(2, (10, 3), weight=0.5),
    ],
)
def test_config_round_trip(term):
    config = keras.saving.serialize_keras_object(term)
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is type(term)
    assert copy.get_config() == term.get_config()


def test_a_code_is_needed():
    with pytest.raises(ValueError, match=r"at least one code. Received"):
        Information()


def test_weights_are_numbers():
    with pytest.raises(ValueError, match="`weight` must be a number"):
        Classification(-1.0)
    schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 10)
    with pytest.raises(ValueError, match="`weight` must be a number"):
        Classification(schedule)


def test_the_discriminator_must_return_what_a_term_reads(tiny_gan):
    with pytest.raises(ValueError, match=r"`classification` reads .*classes.*Received"):
        tiny_gan(auxiliaries=[Classification()])


def test_what_is_no_auxiliary(tiny_gan):
    with pytest.raises(ValueError, match=r"`auxiliaries` must be a list.*Received"):
        tiny_gan(auxiliaries=["classification"])


class Centered(Auxiliary):
    """The generator's logits around 0; the discriminator has no such term."""

    label = "centered"

    def generator_loss(self, judge, fake, of_fake, draw):
        return self.weight * ops.square(ops.mean(of_fake["logits"]))


class Offset(Auxiliary):
    """With a trainable weight, which the discriminator's player moves."""

    label = "offset"

    def __init__(self, weight=1.0, name=None):
        super().__init__(weight, name)
        self.at = self.add_weight((), initializer="ones", name="at")

    def discriminator_loss(self, judge, real, of_real, fake, of_fake, draw):
        return self.weight * ops.square(self.at - 3.0)


def test_a_term_is_logged_for_the_player_that_has_it(tiny_gan, noise):
    gan = tiny_gan(auxiliaries=[Centered(2.0)])
    history = gan.fit(noise(8), batch_size=8, verbose=0).history
    assert set(history) == {"loss", "d_loss", "g_loss", "g_centered"}
    total = history["d_loss"][0] + history["g_loss"][0] + history["g_centered"][0]
    assert history["loss"][0] == pytest.approx(total, rel=1e-5)


def test_weights_of_a_term_are_trained_and_saved(tiny_gan, noise):
    gan = tiny_gan(auxiliaries=[Offset()], compiled=False)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.25))
    gan.fit(noise(8), batch_size=8, verbose=0)
    # One step of SGD: 1 - 0.25 * 2 * (1 - 3).
    assert number(gan.auxiliaries[0].at) == pytest.approx(2.0, rel=1e-5)
    assert any(v is gan.auxiliaries[0].at for v in gan.variables)


def test_acgan_through_fit(noise):
    images = keras.Input((8, 8, 1), name="images")
    h = keras.layers.Dense(8, activation="relu")(keras.layers.Flatten()(images))
    heads = {"logits": keras.layers.Dense(1)(h), "classes": keras.layers.Dense(3)(h)}
    latents = keras.Input((4,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    x = keras.layers.Embedding(3, 4)(labels)
    x = keras.layers.Dense(64, activation="tanh")(latents * x)
    generator = keras.Model(
        {"latents": latents, "labels": labels}, keras.layers.Reshape((8, 8, 1))(x)
    )
    gan = kgz.GAN(
        generator,
        keras.Model(images, heads),
        auxiliaries=[Classification()],
        num_classes=3,
    )
    # Bright, grey and dark images are told apart, whatever the generator does.
    y = np.arange(48) % 3
    x = (noise(48) // 4 + 90 * y[:, None, None, None]).astype("uint8")
    adam = (keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-2))
    gan.compile(*adam)
    history = gan.fit(x, y, batch_size=16, epochs=10, verbose=0).history
    assert {"d_classification", "g_classification"} < set(history)
    assert history["d_classification"][-1] < 0.7 * history["d_classification"][0]
