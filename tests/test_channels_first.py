"""`image_data_format` in keras.json is "channels_first": all is as with the other."""

import keras
import numpy as np
import pytest
from families.contract import EAGER, data, one_a_network, small

import keras_gan_zoo as kgz
from keras_gan_zoo.scoring.extractors import registry

pytestmark = pytest.mark.usefixtures("channels_first")


@pytest.fixture
def channels_first():
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format(before)


@pytest.mark.once
@pytest.mark.parametrize("family", one_a_network(), ids=lambda f: f.file_name)
def test_families_train_and_are_stored(family, tmp_path):
    gan = small(family, (9, 8, 3))
    assert gan.image_shape == (9, 8, 3)
    gan.compile(run_eagerly=EAGER)
    history = gan.fit(
        **data(gan, steps=1), callbacks=[kgz.callbacks.SampleGrid(tmp_path)]
    )
    assert np.isfinite(list(history.history.values())).all()
    gan.save_to_preset(tmp_path / "preset")
    images = gan.generate(3, seed=1)
    assert images.shape == (3, 9, 8, 3)
    keras.config.set_image_data_format("channels_last")
    again = kgz.GAN.from_preset(str(tmp_path / "preset"))
    assert np.abs(again.generate(3, seed=1).astype(int) - images).max() <= 1


@pytest.mark.parametrize("name", ["dcgan_mnist", "wgan_gp_mnist"])
def test_zoo_entries_make_the_same_images(name):
    found = kgz.GAN.from_preset(name).generate(4, seed=0).astype(int)
    keras.config.set_image_data_format("channels_last")
    expected = kgz.GAN.from_preset(name).generate(4, seed=0)
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("name", ["digits", "fashion"])
def test_extractors_see_the_same(name):
    images = np.random.default_rng(0).integers(0, 256, (6, 28, 28, 1), dtype="uint8")
    found = registry.get(name)(images)
    keras.config.set_image_data_format("channels_last")
    expected = registry.get(name)(images)
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-4, atol=1e-4)


def test_networks_of_channels_first_are_told():
    z = keras.Input((4,))
    x = keras.layers.Reshape((3, 8, 8))(keras.layers.Dense(192)(z))
    images = keras.Input((3, 8, 8))
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    with pytest.raises(ValueError, match=r"channels last.*image_data_format.*Permute"):
        kgz.GAN(keras.Model(z, x), keras.Model(images, logits))
    last = keras.layers.Permute((2, 3, 1))(x)
    gan = kgz.GAN(
        keras.Model(z, last), kgz.networks.dense_discriminator((8, 8, 3), (4,))
    )
    gan.compile()
    gan.fit(np.zeros((4, 8, 8, 3), "uint8"), batch_size=2, verbose=0)
