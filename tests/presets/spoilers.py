"""A good preset, spoilt in one way at a time: one clear ValueError each."""

import json

import h5py
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.files import sha256
from keras_gan_zoo.presets import files

PROJECT = 1  # the first layer with weights in both generators here


def edit(name, change):
    """A spoiler that changes a JSON file in place."""

    def spoil(folder):
        value = json.loads((folder / name).read_text())
        change(value)
        (folder / name).write_text(json.dumps(value))

    return spoil


def layer(**changes):
    """A spoiler of the generator's first layer: keys of its `config`."""
    return edit(
        "config.json",
        lambda value: value["config"]["layers"][PROJECT]["config"].update(changes),
    )


def replaced(**changes):
    """A spoiler of the generator's first layer: which object it is."""
    return edit(
        "config.json", lambda value: value["config"]["layers"][PROJECT].update(changes)
    )


def text(name, content):
    def spoil(folder):
        content_ = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(content_)

    return spoil


def weights(change, name="model.weights.h5"):
    """A spoiler that changes a weights file, and its sha256 with it."""

    def spoil(folder):
        with h5py.File(folder / name, "a") as file:
            change(file)
        sign(folder)

    return spoil


def sign(folder):
    metadata = json.loads((folder / "metadata.json").read_text())
    metadata["sha256"] = {n: sha256(folder / n) for n in files.WEIGHT_FILES}
    (folder / "metadata.json").write_text(json.dumps(metadata))


def signed(name, content):
    def spoil(folder):
        text(name, content)(folder)
        sign(folder)

    return spoil


def refuses(folder, spoil, message):
    """Check that a spoilt folder is refused with one error that names it."""
    spoil(folder)
    with pytest.raises(ValueError, match=message) as caught:
        kgz.GAN.from_preset(folder)
    assert type(caught.value) in (ValueError, files.CorruptError)
    assert str(folder) in str(caught.value)
    assert len(str(caught.value)) < 2000
