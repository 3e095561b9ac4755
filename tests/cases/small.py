"""What the cases share: small networks, images, an extractor."""

import os
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_GAN_ZOO_CACHE", tempfile.mkdtemp())

import keras
import numpy as np
from keras import layers
from PIL import Image

import keras_gan_zoo as kgz

keras.utils.set_random_seed(0)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (24, 8, 8, 1), "uint8")


def folder():
    """A new, empty folder."""
    return Path(tempfile.mkdtemp())


def write(path, size=(8, 8), **options):
    """Write a random picture; returns its pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(0, 256, (size[1], size[0], 3), "uint8")
    Image.fromarray(pixels).save(path, **options)
    return pixels


def generator():
    z = keras.Input((4,))
    x = layers.Dense(64, activation="tanh")(z)
    return keras.Model(z, layers.Reshape((8, 8, 1))(x))


def discriminator():
    x = keras.Input((8, 8, 1))
    h = layers.LeakyReLU()(layers.Dense(16)(layers.Flatten()(x)))
    return keras.Model(x, layers.Dense(1)(h))


def gan(make=generator, judge=discriminator, **settings):
    """A compiled GAN of two small networks."""
    model = kgz.GAN(make(), judge(), seed=0, **settings)
    model.compile()
    return model


def mean_colour():
    """An extractor of three features, or one of grey images."""

    def extract(images):
        return {"features": np.asarray(images, "float32").mean(axis=(1, 2))}

    return kgz.scoring.Extractor(extract, fingerprint="mean@1")


def score(source, reference, num_images=None, **options):
    """The Frechet distance of the images' mean colours."""
    report = kgz.score(
        source,
        reference,
        metrics=["fid"],
        extractor=mean_colour(),
        num_images=num_images,
        verbose=0,
        verify=False,
        **options,
    )
    return report["fid"]


def outcome(function, *arguments, **options):
    """What a call returns or raises, and its warnings as one text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = function(*arguments, **options)
        except Exception as error:
            found = error
    return found, "\n".join(str(warning.message) for warning in caught)


def check_refused(error, *words, kinds=ValueError):
    """Fail unless `error` is one of `kinds` and says all of `words`."""
    assert isinstance(error, kinds), f"not refused: {error!r}"
    missing = [word for word in words if word not in str(error)]
    assert not missing, f"{missing} missing in: {error}"


def to_numpy(variables):
    """All values of a list of variables in one array."""
    values = [keras.ops.convert_to_numpy(v.value).ravel() for v in variables]
    return np.concatenate(values)
