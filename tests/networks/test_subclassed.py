"""Subclasses of `keras.Model` as players."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.networks.subclassed import as_functional

SHAPE = (8, 8, 1)
PACKAGE = "test_subclassed"


@keras.saving.register_keras_serializable(PACKAGE)
class Generator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(64)
        self.norm = layers.BatchNormalization()
        self.shape_up = layers.Reshape(SHAPE)

    def call(self, z, training=False):
        return self.shape_up(ops.tanh(self.norm(self.dense(z), training=training)))


@keras.saving.register_keras_serializable(PACKAGE)
class Discriminator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.flatten, self.drop = layers.Flatten(), layers.Dropout(0.2, seed=1)
        self.dense = layers.Dense(1)

    def call(self, x, training=False):
        return self.dense(self.drop(self.flatten(x), training=training))


@keras.saving.register_keras_serializable(PACKAGE)
class OfLabels(keras.Model):
    """A generator of a dict."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.shape_up = layers.Dense(64), layers.Reshape(SHAPE)
        self.embed = layers.Embedding(3, 4)

    def call(self, inputs):
        x = ops.concatenate([inputs["latents"], self.embed(inputs["labels"])], axis=1)
        return self.shape_up(self.dense(x))


@keras.saving.register_keras_serializable(PACKAGE)
class OfTwo(OfLabels):
    """The same, of two arguments."""

    def call(self, latents, labels):
        return super().call({"latents": latents, "labels": labels})


class OfNoise(OfLabels):
    def call(self, latents, noise):
        return self.shape_up(self.dense(latents + noise))


def numpy(network):
    return [ops.convert_to_numpy(w) for w in network.weights]


def z(n=1):
    return np.zeros((n, 4), "float32")


def built(kind, how):
    """A player of which at least one is a subclass, built in one of the usual ways."""
    shape = (4,) if kind is Generator else SHAPE
    network = kind()
    if how == "call":
        network(np.zeros((2, *shape), "float32"))
    elif how == "build":
        network.build((None, *shape))
    else:
        network(keras.Input(shape))
    return network


def plain(kind):
    if kind is Generator:
        return kgz.networks.dense_generator(SHAPE, 4, (8,))
    return kgz.networks.dense_discriminator(SHAPE, (8,))


@pytest.mark.parametrize("how", ["call", "build", "symbolic call"])
@pytest.mark.parametrize("half_life", [None, 100])
@pytest.mark.parametrize(
    "kinds", [(Generator,), (Discriminator,), (Generator, Discriminator)]
)
def test_they_train_and_are_stored(kinds, half_life, how, noise, tmp_path):
    networks = [
        built(kind, how) if kind in kinds else plain(kind)
        for kind in (Generator, Discriminator)
    ]
    gan = kgz.GAN(*networks, ema_half_life=half_life, seed=0)
    before = [numpy(network) for network in networks]
    assert (gan.latent_dim, gan.image_shape) == (4, SHAPE)
    gan.compile()
    gan.fit(noise(), batch_size=8, verbose=0)
    for old, network in zip(before, networks, strict=True):  # the user's own objects
        assert any((a != b).any() for a, b in zip(old, numpy(network), strict=True))
    images = gan.generate(3, seed=0)
    assert images.shape == (3, *SHAPE)
    if how == "call":
        gan.save(tmp_path / "gan.keras")
        loaded = keras.saving.load_model(tmp_path / "gan.keras")
        np.testing.assert_array_equal(loaded.generate(3, seed=0), images)
        loaded.fit(noise(), batch_size=8, verbose=0)


def test_they_are_called_as_they_would_be_alone():
    """Their wrapper hands on the mode: batch norm and dropout tell."""
    network = built(Generator, "call")
    wrapped = as_functional("generator", network)
    given = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    for training in (False, True):
        np.testing.assert_allclose(
            *(
                ops.convert_to_numpy(n(given, training=training))
                for n in (network, wrapped)
            ),
            atol=1e-6,
        )
    assert wrapped.name == network.name
    assert [w is v for w, v in zip(wrapped.weights, network.weights, strict=True)]


@pytest.mark.parametrize("kind", [OfLabels, OfTwo])
def test_labels(kind, noise):
    network = kind()
    labels = np.array([0, 2], "int32")
    if kind is OfTwo:
        network(z(2), labels)
    else:
        network({"latents": z(2), "labels": labels})
    gan = kgz.GAN(network, plain(Discriminator), num_classes=3)
    gan.compile()
    gan.fit(noise(6), np.arange(6) % 3, batch_size=3, verbose=0)
    assert gan.generate(2, labels=[0, 1]).shape == (2, *SHAPE)


def test_one_that_was_never_built_gets_the_line_that_does():
    line = r"x = keras.Input\(\(latent_dim,\)\); generator = keras.Model\(x, gen.*\(x\)"
    with pytest.raises(ValueError, match=line):
        kgz.GAN(Generator(), plain(Discriminator))
    with pytest.raises(ValueError, match=r"discriminator = keras.Model\(x"):
        kgz.GAN(plain(Generator), Discriminator())
    x = keras.Input((4,))
    generator = Generator()
    generator = keras.Model(x, generator(x))
    kgz.GAN(generator, plain(Discriminator))


def test_inputs_of_other_names_are_named():
    network = OfNoise()
    network(z(), z())
    with pytest.raises(ValueError, match=r"Received.*`call` takes latents, noise"):
        kgz.GAN(network, plain(Discriminator))


def test_what_a_call_can_not_do():
    class Odd(Generator):
        def call(self, z, training=False):
            raise TypeError("numbers, please")

        def build(self, shape):
            pass

    network = Odd()
    network.build((None, 4))
    with pytest.raises(ValueError, match=r"(?s)symbolic input.*TypeError.*numbers"):
        kgz.GAN(network, plain(Discriminator))


def test_functional_and_sequential_models_stay_what_they_are():
    for kind, network in (
        ("generator", plain(Generator)),
        ("discriminator", plain(Discriminator)),
        ("generator", keras.Sequential([keras.Input((4,)), layers.Dense(64)])),
    ):
        assert as_functional(kind, network) is network


def test_a_sequential_model_that_a_call_built(noise):
    network = keras.Sequential([layers.Dense(64), layers.Reshape(SHAPE)])
    network(z())
    gan = kgz.GAN(network, plain(Discriminator))
    gan.compile()
    gan.fit(noise(), batch_size=8, verbose=0)
    assert gan.generate(2).shape == (2, *SHAPE)
