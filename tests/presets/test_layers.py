"""What `save_to_preset` writes, `from_preset` reads; or the save says why not."""

import h5py
import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from presets.spoilers import sign
from presets.tiny_gans import assert_same_weights, images, tiny_gan

LAYERS = keras.layers


def spectral(layer):
    return LAYERS.SpectralNormalization(layer)


def inside(layer):
    """The layer within a model of its own."""
    return keras.Sequential([layer, LAYERS.ReLU()])


DISCRIMINATORS = {
    "spectral norm": lambda: [LAYERS.Flatten(), spectral(LAYERS.Dense(8))],
    "spectral norm, convolution": lambda: [
        spectral(LAYERS.Conv2D(4, 3)),
        LAYERS.Flatten(),
        spectral(LAYERS.Dense(4)),
    ],
    "spectral norm, nested": lambda: [
        LAYERS.Flatten(),
        inside(spectral(LAYERS.Dense(4))),
    ],
    "spectral norm of ours": lambda: [
        LAYERS.Flatten(),
        kgz.layers.SpectralNormalization(LAYERS.Dense(4)),
    ],
    "one layer twice": lambda: [LAYERS.Flatten(), *[LAYERS.Dense(36)] * 2],
    "batch norm": lambda: [LAYERS.Flatten(), LAYERS.BatchNormalization()],
    "dropout": lambda: [LAYERS.Flatten(), LAYERS.Dropout(0.5)],
    "flip": lambda: [LAYERS.RandomFlip(), LAYERS.Flatten()],
    "translation": lambda: [LAYERS.RandomTranslation(0.1, 0.1), LAYERS.Flatten()],
    "crop and resize": lambda: [
        LAYERS.CenterCrop(4, 4),
        LAYERS.Resizing(6, 6),
        LAYERS.Flatten(),
    ],
    "attention": lambda: [
        LAYERS.Reshape((6, 6)),
        lambda x: LAYERS.MultiHeadAttention(2, 3)(x, x),
        LAYERS.Flatten(),
    ],
}


def gan_of(layers, **kwargs):
    seen = x = keras.Input((6, 6, 1))
    for layer in layers:
        x = layer(x)
    discriminator = keras.Model(seen, LAYERS.Dense(1)(x))
    return kgz.GAN(tiny_gan().generator, discriminator, **{"seed": 1, **kwargs})


def judged(gan):
    seen = images(gan, 4) / 127.5 - 1
    return keras.ops.convert_to_numpy(gan.discriminator(seen, training=False))


@pytest.mark.parametrize("load_weights", [True, False])
@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_a_discriminator_comes_back(tmp_path, name, load_weights):
    gan = gan_of(DISCRIMINATORS[name]())
    gan.save_to_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(tmp_path / "own", load_weights=load_weights)
    if load_weights:
        assert_same_weights(loaded.discriminator, gan.discriminator)
        np.testing.assert_allclose(judged(loaded), judged(gan), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("norm", ["SpectralNormalization", "UnitNormalization"])
def test_a_generator_comes_back(tmp_path, norm):
    wrap = spectral if norm.startswith("Spectral") else lambda layer: layer
    generator = keras.Sequential(
        [keras.Input((4,)), wrap(LAYERS.Dense(36, "tanh")), LAYERS.Reshape((6, 6, 1))]
    )
    gan = kgz.GAN(generator, tiny_gan().discriminator, ema_half_life=10)
    gan.save_to_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(tmp_path / "own")
    np.testing.assert_array_equal(loaded.generate(4, seed=1), gan.generate(4, seed=1))


@pytest.mark.parametrize("half_life", [None, 10])
def test_quantized_networks_come_back(tmp_path, half_life):
    """Trained, quantized for inference, and passed on."""
    gan = tiny_gan(ema_half_life=half_life)
    gan.quantize("int8")
    gan.save_to_preset(tmp_path / "int8")
    loaded = kgz.GAN.from_preset(tmp_path / "int8")
    for network in (loaded.ema_generator, loaded.discriminator):
        assert "int8" in {weight.dtype for weight in network.weights}
    np.testing.assert_array_equal(loaded.generate(4, seed=1), gan.generate(4, seed=1))
    np.testing.assert_allclose(judged(loaded), judged(gan), rtol=1e-6)


REFUSED = {
    "Discretization": lambda: [
        LAYERS.Flatten(),
        LAYERS.Discretization(bin_boundaries=[0.0]),
    ],
    "Lambda": lambda: [LAYERS.Lambda(lambda x: x), LAYERS.Flatten()],
}


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("name", REFUSED)
def test_what_would_not_load_is_not_saved(tmp_path, name):
    with pytest.raises(ValueError, match=r"(?s)can't be saved as.*Received: "):
        gan_of(REFUSED[name]()).save_to_preset(tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


class Doubling(LAYERS.Layer):
    def call(self, inputs):
        return 2 * inputs


class Shifted(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return keras.ops.ones(shape, dtype)


class OwnLoss(kgz.losses.Hinge):
    pass


class OwnPenalty(kgz.R1):
    pass


OWN = {
    "Doubling": lambda: gan_of([Doubling(), LAYERS.Flatten()]),
    "Shifted": lambda: gan_of(
        [LAYERS.Flatten(), LAYERS.Dense(2, kernel_initializer=Shifted())]
    ),
    "OwnLoss": lambda: gan_of([LAYERS.Flatten()], loss=OwnLoss()),
    "OwnPenalty": lambda: gan_of([LAYERS.Flatten()], penalties=[OwnPenalty()]),
}


@pytest.mark.parametrize("name", OWN)
def test_what_your_own_classes_need_is_said_at_the_save(tmp_path, name):
    gan, own = OWN[name](), globals()[name]
    with pytest.warns(UserWarning, match=rf"custom_objects={{'{name}': {name}}}"):
        gan.save_to_preset(tmp_path / "own")
    with pytest.raises(ValueError, match=rf"(?s)holds `{name}`.*custom_objects"):
        kgz.GAN.from_preset(tmp_path / "own")
    loaded = kgz.GAN.from_preset(tmp_path / "own", custom_objects={name: own})
    np.testing.assert_allclose(judged(loaded), judged(gan), rtol=1e-6)


def test_a_weight_in_another_place_is_refused(tmp_path):
    gan_of([LAYERS.Flatten(), LAYERS.Dense(2)]).save_to_preset(tmp_path / "own")
    with h5py.File(tmp_path / "own" / "task.weights.h5", "a") as file:
        file.move("discriminator/layers/dense/vars/1", "discriminator/vars/1")
    sign(tmp_path / "own")
    with pytest.raises(ValueError, match=r"Only in the network: .*dense/vars/1"):
        kgz.GAN.from_preset(tmp_path / "own")


# === Files of Keras ===


@pytest.mark.parametrize("half_life", [None, 10])
@pytest.mark.parametrize("name", ["gan.h5", "gan.hdf5"])
def test_legacy_files_are_refused_with_the_way_out(tmp_path, half_life, name):
    gan = tiny_gan(ema_half_life=half_life)
    gan.compile()
    path = tmp_path / name
    for save in (gan.save, lambda path: keras.saving.save_model(gan, path)):
        with pytest.raises(ValueError, match=r"gan\.save\('gan\.keras'\)"):
            save(path)
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "gan.h5")
    with pytest.raises(ValueError, match=r"ModelCheckpoint\('gan\.keras'\)"):
        gan.fit(images(gan), batch_size=8, verbose=0, callbacks=[checkpoint])
    gan.save_weights(tmp_path / "gan.weights.h5")
    gan.save(tmp_path / "gan.keras")
    gan.generator.save(tmp_path / "generator.h5")
