"""A name means a data set or a path, and always the same of both."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from pictures import write

from keras_gan_zoo import datasets, recipes
from keras_gan_zoo.datasets.names import split_name
from keras_gan_zoo.recipes import data
from keras_gan_zoo.scoring.sources import get


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mnist", ("mnist", "train")),
        ("mnist:test", ("mnist", "test")),
        ("mnist:train[55000:]", ("mnist", "train[55000:]")),
        ("mnist:train[10%:20%]+test[:5]", ("mnist", "train[10%:20%]+test[:5]")),
        ("./faces", ("./faces", "train")),
        ("./faces:test", ("./faces", "test")),
        ("a:b/faces:test[:5]", ("a:b/faces", "test[:5]")),
        ("C:\\faces", ("C:\\faces", "train")),
        ("C:\\faces:test", ("C:\\faces", "test")),
        ("hf://user/repo", ("hf://user/repo", "train")),
        ("mnist:train[5", ("mnist", "train[5")),
    ],
)
def test_split_name(name, expected):
    assert split_name(name) == expected


def test_split_name_default():
    assert split_name("mnist", None) == ("mnist", None)
    assert split_name("mnist:test", None) == ("mnist", "test")


@pytest.fixture
def namesake(tmp_path, monkeypatch):
    """A folder of two classes that is called like a data set, of other images."""
    monkeypatch.chdir(tmp_path)
    for number in range(4):
        write(Path("digits", "ab"[number % 2], f"{number}.png"), size=(8, 8))
    return Path("digits")


@pytest.mark.parametrize("name", [Path("digits"), "./digits", "digits/", "digits/a/.."])
def test_a_path_is_no_data_set(namesake, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(datasets.load(name)[0]) == 4
        assert datasets.image_shape(name) == (8, 8, 3)
        assert datasets.label_names(name) == ("a", "b")
        assert datasets.split_sizes(name) == {"train": 4}
        assert len(datasets.open_images(Path(f"{name}:train[:2]")).images) == 2
        assert get(name).length == 4
        recipe = recipes.with_options(family="cgan", data=name)
        assert recipe["arguments"]["image_shape"] == [8, 8, 3]
        assert isinstance(data.open_data(recipe), datasets.ImageFolder)
        assert data.classes_of(recipe) == (("a", "b"), 2)


def test_a_bare_name_is_the_data_set(namesake):
    with pytest.warns(UserWarning, match=r"not the folder.*\./digits") as said:
        images, _ = datasets.load("digits", "train[:9]")
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(
            datasets.open_images("digits:train[:9]")[0], images
        )
        recipe = recipes.with_options(family="cgan", data="digits:train[:9]")
        assert data.open_data(recipe) == "digits:train[:9]"
        assert get("digits").image_shape == (28, 28, 1)


def test_fit_reads_a_path(namesake, conditional_gan):
    gan = conditional_gan((8, 8, 3), ("a", "b"))
    gan.fit(namesake, verbose=0)
    assert int(gan.images_seen) == 4


def test_a_file_has_a_namesake_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("digits").write_text("mine")
    with pytest.warns(UserWarning, match="not the file"):
        assert datasets.split_sizes("digits")["train"] == 9000


def test_a_tilde_is_the_home_folder(monkeypatch, tmp_path):
    """As in `--data=~/faces`, which a shell leaves as it is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for number in range(4):
        write(tmp_path / "faces" / f"{number}.png", size=(8, 8))
    np.save(tmp_path / "faces.npy", datasets.load(tmp_path / "faces")[0])
    for name in ("~/faces", "~/faces.npy", "~/faces:train[:4]", Path("~/faces")):
        assert len(datasets.load(name)[0]) == 4
        assert get(name).length == 4
    assert datasets.ImageFolder("~/faces").image_shape == (8, 8, 3)
    assert datasets.is_folder("~/faces")
