"""What earlier versions saved loads ever after; tests/data/README.md tells of it."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes

DATA = Path(__file__).parent / "data"
SAMPLES = np.load(DATA / "samples.npz")
OPTIMIZERS = np.load(DATA / "optimizers.npz")
CLASSES = {
    "wgan_gp": kgz.WGANGP,
    "dcgan": kgz.DCGAN,
    "wgan": kgz.WGAN,
    "given": kgz.GAN,
}
ZOO = ("dcgan_mnist", "mlp_gan_mnist", "wgan_gp_mnist", "wgan_mnist")


def assert_same_images(gan, name):
    images = gan.generate(4, seed=7)
    assert images.dtype == np.uint8
    assert np.abs(images.astype(int) - SAMPLES[name]).max() <= 1


def values(variables):
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


@pytest.mark.parametrize("name", CLASSES)
def test_preset(name):
    gan = kgz.GAN.from_preset(DATA / "presets" / name)
    assert type(gan) is CLASSES[name]
    assert_same_images(gan, f"presets/{name}")


@pytest.mark.parametrize("name", ZOO)
def test_entry_of_the_zoo(name):
    assert_same_images(kgz.GAN.from_preset(name), f"zoo/{name}")


@pytest.mark.parametrize("name", CLASSES)
def test_keras_file(name):
    gan = keras.saving.load_model(DATA / f"{name}.keras")
    assert type(gan) is CLASSES[name]
    assert_same_images(gan, f"{name}.keras")
    found = values(gan.optimizer.variables)
    for i, value in enumerate(found):
        np.testing.assert_allclose(value, OPTIMIZERS[f"{name}.keras/{i}"])
    assert len(found) == sum(key.startswith(f"{name}.keras/") for key in OPTIMIZERS)


@pytest.mark.once
@pytest.mark.parametrize("name", CLASSES)
def test_keras_file_trains_on(name):
    gan = keras.saving.load_model(DATA / f"{name}.keras")
    assert int(gan.epochs_seen) == 1
    steps = int(gan.optimizer.iterations)
    before = values(gan.generator.trainable_variables)
    images = np.random.default_rng(1).integers(0, 256, (24, *gan.image_shape), "uint8")
    gan.fit(images, batch_size=12 // gan.critic_steps, verbose=0)
    assert int(gan.epochs_seen) == 2
    assert int(gan.optimizer.iterations) == steps + 2
    after = values(gan.generator.trainable_variables)
    assert all(np.isfinite(value).all() for value in after)
    assert any((a != b).any() for a, b in zip(before, after, strict=True))


def test_recipe():
    gan = recipes.build(recipes.load(DATA / "recipe.json"))
    assert type(gan) is kgz.WGANGP
    assert gan.image_shape == (28, 28, 1)
    assert (gan.critic_steps, gan.ema_half_life, gan.seed) == (2, 100, 1)
    assert [(p.name, p.weight) for p in gan.penalties] == [("gradient_penalty", 5.0)]
    optimizer = gan.optimizer.discriminator_optimizer
    assert float(optimizer.learning_rate) == pytest.approx(0.002)


@pytest.mark.once
def test_backup(tmp_path):
    """Of a run of three epochs that was stopped in its second."""
    shape, images = (8, 8, 1), np.zeros((40, 8, 8, 1), "uint8")
    gan = kgz.GAN(
        kgz.networks.dense_generator(shape, latent_dim=4, widths=(4,)),
        kgz.networks.dense_discriminator(shape, widths=(4,)),
        ema_half_life=10,
        seed=3,
    )
    gan.compile()
    folder = shutil.copytree(DATA / "backup_0_2", tmp_path / "backup")
    callback = keras.callbacks.BackupAndRestore(folder)
    history = gan.fit(images, batch_size=8, epochs=3, verbose=0, callbacks=[callback])
    assert history.epoch == [1, 2]
    assert int(gan.epochs_seen) == 3
    assert int(gan.images_seen) == 120
    assert int(gan.optimizer.iterations) == 15
