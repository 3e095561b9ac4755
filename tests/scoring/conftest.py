import keras
import numpy as np
import pytest

from keras_gan_zoo import GAN, networks
from keras_gan_zoo.scoring import Extractor


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (120, 8, 8, 1), "uint8")


def tiny_model(seed=0, scale=1 / 255):
    """8x8x1 -> 6 features, 5 logits."""
    x = keras.Input((8, 8, 1))
    start = keras.initializers.RandomNormal(0, 0.3, seed=seed)
    flat = keras.layers.Flatten()(keras.layers.Rescaling(scale)(x))
    features = keras.layers.Dense(6, kernel_initializer=start)(flat)
    logits = keras.layers.Dense(5, kernel_initializer=start)(features)
    return keras.Model(x, {"features": features, "logits": logits})


@pytest.fixture
def extractor():
    return Extractor(tiny_model(), name="tiny")


@pytest.fixture(scope="session")
def gan():
    return GAN(
        networks.dense_generator((8, 8, 1), latent_dim=4, widths=(16,)),
        networks.dense_discriminator((8, 8, 1), widths=(8,)),
        ema_half_life=1000,
        seed=0,
    )
