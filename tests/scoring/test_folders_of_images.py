"""A folder is scored as the array of its images is, with memory that is bounded."""

import warnings

import numpy as np
import pytest

from keras_gan_zoo import GAN, datasets, networks
from keras_gan_zoo import images as kgz_images
from keras_gan_zoo.datasets import stores
from keras_gan_zoo.scoring import (
    Extractor,
    export_statistics,
    extractors,
    load_reference,
    score,
)
from keras_gan_zoo.scoring.conditions import dataset_of
from scoring.quarters import means

OPTIONS = {"metrics": ["fid", "kid"], "num_images": None, "verify": False, "verbose": 0}


@pytest.fixture
def extractor():
    return Extractor(means, fingerprint="quarters@1")


@pytest.fixture
def folder(tmp_path, noise):
    for number, image in enumerate(noise(40)):
        path = tmp_path / "data" / ("ab"[number % 2]) / f"{number:02}.png"
        kgz_images.save_png(path, image)
    return tmp_path / "data"


@pytest.mark.parametrize("memory", [256, 1e-9])
def test_source_and_reference(extractor, folder, memory, monkeypatch, tmp_path):
    images, labels = datasets.load(folder)
    real = images // 2
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "one"))
    expected = score(images, (real, labels), extractor=extractor, **OPTIONS)
    other = score(real, (images, labels), extractor=extractor, **OPTIONS)
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "another"))
    monkeypatch.setattr(stores, "MEMORY", memory)
    read, numbers = datasets.ImageFolder.read, []

    def counted(self, number):
        numbers.append(number)
        return read(self, number)

    monkeypatch.setattr(datasets.ImageFolder, "read", counted)
    found = score(folder, (real, labels), extractor=extractor, **OPTIONS)
    assert found.to_dict()["scores"] == expected.to_dict()["scores"]
    conditions = ("source_fingerprint", "num_fake", "data_fingerprint", "image_shape")
    for name in conditions:
        assert found.conditions[name] == expected.conditions[name]
    for reference in (folder, datasets.ImageFolder(folder)):
        found = score(real, reference, extractor=extractor, **OPTIONS)
        assert found.to_dict()["scores"] == other.to_dict()["scores"]
        assert found.conditions["dataset"] is None
        assert found.conditions["reference"].startswith("folder data")
    assert found.conditions["data_fingerprint"] == datasets.fingerprint(images)
    assert found.conditions["reference_moments"] == "cached"
    if memory < 1:
        assert sorted(numbers) == list(range(40))  # decoded once, for all of them


def test_a_folder_named_like_a_data_set_is_a_folder(
    extractor, folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    real = datasets.load(folder)[0] // 2
    folder.rename(tmp_path / "mnist")
    for own in ("./mnist", datasets.ImageFolder("mnist", "train")):
        found = score(own, (real, None), extractor=extractor, **OPTIONS)
        assert found.conditions["source"].startswith("folder mnist")
        found = score(real, own, extractor=extractor, **OPTIONS)
        assert found.conditions["reference"].startswith("folder mnist")
        assert found.conditions["dataset"] is None
        assert dataset_of(found.conditions) is None


def test_an_image_folder_brings_its_preparation(extractor, folder, tmp_path):
    for path in folder.glob("*/*.png"):
        large = np.repeat(np.repeat(datasets.load(path.parent)[0][0], 2, 0), 2, 1)
        kgz_images.save_png(path, large)
        break
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        prepared = datasets.ImageFolder(folder, image_size=8)
        found = score(prepared, prepared, extractor=extractor, **OPTIONS)
    assert found.conditions["num_fake"] == 40
    assert found["fid"] == pytest.approx(0, abs=1e-6)
    assert found.conditions["source"] == "folder data:train"


def test_classification_accuracy_takes_a_folder(extractor, folder):
    options = {**OPTIONS, "metrics": ["fid", "cas"]}
    report = score(folder, folder, extractor=extractor, **options)
    assert 0 <= report["cas"] <= 1


def test_how_images_were_prepared_is_named(extractor, folder):
    asked = {"image_size": 8, "interpolation": "box"}
    prepared = datasets.ImageFolder(folder, **asked)
    options = {"extractor": extractor, "metrics": "fid"}
    conditions = score(prepared, prepared, **{**OPTIONS, **options}).conditions
    for side in ("reference_preparation", "source_preparation"):
        assert conditions[side]["image_size"] == [8, 8]
        assert conditions[side]["interpolation"] == "box"
        assert conditions[side]["pillow"]
    conditions = score(folder, folder, **{**OPTIONS, **options}).conditions
    assert "reference_preparation" not in conditions
    assert "source_preparation" not in conditions


@pytest.fixture
def animals(tmp_path):
    """Folders in which a class has its own grey level, whatever its number is."""
    greys = {"ant": 10, "bee": 110, "cat": 210}

    def make(name, *classes):
        rng = np.random.default_rng(0)
        for each in classes:
            for number in range(8):
                image = (greys[each] + rng.integers(0, 9, (8, 8, 1))).astype("uint8")
                kgz_images.save_png(tmp_path / name / each / f"{number}.png", image)
        return tmp_path / name

    return make


BY_CLASS = {**OPTIONS, "metrics": ["class_fid"]}


def test_classes_of_two_folders_are_those_of_equal_names(extractor, animals):
    both, three = animals("both", "bee", "cat"), animals("three", "ant", "bee", "cat")
    images, labels = datasets.load(both)
    assert score(both, both, extractor=extractor, **BY_CLASS)["class_fid"] < 1
    with pytest.raises(
        ValueError, match=r"'folder three' with 'ant', samples of 'bee'"
    ):
        score(both, three, extractor=extractor, **BY_CLASS)
    with pytest.raises(ValueError, match="0 real rows of class 0"):
        score(three, both, extractor=extractor, **BY_CLASS)
    given = score((images, labels + 1), three, extractor=extractor, **OPTIONS)
    assert set(given) >= {"fid", "kid"}  # which ask for no class


@pytest.fixture
def gan_of_animals():
    class Animals(GAN):
        def generate(self, n, *, labels=None, start=0, **kwargs):
            noise = np.random.default_rng(start).integers(0, 9, (n, 8, 8, 1))
            return (noise + 10 + 100 * np.reshape(labels, (-1, 1, 1, 1))).astype(
                "uint8"
            )

    gan = Animals(
        networks.dense_generator((8, 8, 1), latent_dim=4, widths=(4,)),
        networks.dense_discriminator((8, 8, 1), widths=(4,)),
    )
    gan.num_classes, gan.label_names = 3, ("ant", "bee", "cat")
    return gan


def test_a_gan_is_asked_for_the_classes_that_a_folder_has(
    extractor, animals, gan_of_animals
):
    settings = {**BY_CLASS, "num_images": 40, "extractor": extractor}
    found = score(gan_of_animals, animals("both", "bee", "cat"), **settings)
    assert set(found.per_class["fid"]) == {"1", "2"}
    assert found["class_fid"] < 5


def test_statistics_have_the_names_of_their_classes(
    extractor, animals, gan_of_animals, tmp_path
):
    both, settings = animals("both", "bee", "cat"), {**OPTIONS, "metrics": ["fid"]}
    settings |= {"num_images": 40, "extractor": extractor}
    known = load_reference(both, extractor)
    path = export_statistics(known, tmp_path / "both.npz")
    assert load_reference(path, extractor).label_names == ("bee", "cat")
    found = [score(gan_of_animals, one, **settings)["fid"] for one in (both, path)]
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    assert found[1] < 5
    gan_of_animals.label_names = ("ant", "bee", "cow")
    with pytest.raises(ValueError, match=r"classes of the reference.*'cat'"):
        score(gan_of_animals, path, **settings)
    # The same images as a pair: a number means what it means to the GAN.
    assert load_reference(datasets.load(both), extractor).label_names is None


def test_named_data_sets_name_the_classes_of_their_statistics():
    found = load_reference("digits:test", extractors.get("digits"))
    assert found.origin.startswith("shipped")
    assert found.label_names == datasets.CATALOGUE["digits"].label_names


def test_a_network_is_no_source(extractor, folder):
    generator = networks.dense_generator((8, 8, 1), latent_dim=4, widths=(4,))
    for source in (generator, GAN):
        with pytest.raises(ValueError, match=r"GAN\(generator, None\)"):
            score(source, folder, extractor=extractor, **OPTIONS)
