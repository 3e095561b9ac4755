import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks.stability.samples import Reference
from keras_gan_zoo.callbacks.stability.signs import collapsed

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def real():
    images, labels = kgz.datasets.load("digits", "train[:1000]")
    return images / 127.5 - 1.0, labels


def diversity(images, real):
    return Reference(real).diversity(images)


def copies(images, real):
    return Reference(real).copies(images)


def collapse(images, real):
    return collapsed(diversity(images, real), least=0.25, nearest=0.05)


def blurred(images):
    return sum(np.roll(images, (i, j), (1, 2)) for i in (0, 1) for j in (0, 1)) / 4


# === Collapse ===


@pytest.mark.parametrize("n", [16, 128])
def test_other_real_images_are_as_far_apart(n, real):
    found = diversity(real[0][500 : 500 + n], real[0][:500])
    assert found.pixels == pytest.approx(1, abs=0.05)
    assert found.components == pytest.approx(1, abs=0.15)
    assert found.nearest == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("how", ["one", "noisy", "three", "brightness"])
def test_images_that_are_alike(how, real):
    images = real[0]
    made = {
        "one": np.repeat(images[:1], 64, axis=0),
        "noisy": images[:1] + 0.1 * RNG.normal(size=(64, 28, 28, 1)),
        "three": np.tile(images[:3], (22, 1, 1, 1)),
        "brightness": images[:1] * RNG.uniform(0.8, 1, (64, 1, 1, 1)),
    }[how]
    assert collapse(made, images) is not None


@pytest.mark.parametrize("how", ["real", "blurred", "noisy", "half of the classes"])
def test_images_that_are_not(how, real):
    images, labels = real
    made = {
        "real": images[500:628],
        "blurred": blurred(images[500:628]),
        "noisy": images[500:628] + 0.3 * RNG.normal(size=(128, 28, 28, 1)),
        "half of the classes": images[labels < 5][-128:],
    }[how]
    assert collapse(made, images[:400]) is None


def test_a_data_set_of_one_image_has_no_less():
    same = np.ones((20, 4, 4, 1))
    assert collapse(same, same) is None


# === Copies ===


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_copies_are_found(noise, real):
    made = real[0][:64] + noise * RNG.normal(size=(64, 28, 28, 1))
    assert copies(made, real[0])[0] > 0.9
    half = np.concatenate([made[:32], real[0][500:532]])
    assert copies(half, real[0][:500])[0] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("how", ["real", "blurred", "mean"])
def test_what_is_no_copy(how, real):
    made = real[0][500:628]
    if how == "mean":
        made = np.repeat(real[0].mean(axis=0, keepdims=True), 8, axis=0)
    made = blurred(made) if how == "blurred" else made
    assert copies(made, real[0][:500])[0] <= 0.03


def test_duplicates_in_the_data_hide_no_copy(real):
    twice = np.concatenate([real[0][:300]] * 2)
    assert copies(real[0][:64] * 0.99, twice)[0] > 0.9


def test_points_lie_close_together_without_being_copies():
    real = RNG.normal(size=(500, 1, 1, 2))
    assert copies(RNG.normal(size=(200, 1, 1, 2)), real)[0] <= 0.04
    assert copies(real[:200] + 1e-4, real)[0] > 0.9
