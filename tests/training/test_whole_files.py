"""A stop while a file is written leaves the one that was there."""

import os

import keras
import numpy as np
import pytest
from keras import ops

NAMES = ("gan.keras", "gan.weights.h5")


def write(gan, path):
    (gan.save if path.suffix == ".keras" else gan.save_weights)(path)


def read(gan, path):
    if path.suffix == ".keras":
        return keras.saving.load_model(path)
    gan.load_weights(path)
    return gan


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_stop_leaves_the_file_that_was_there(
    name, error, tiny_gan, tmp_path, monkeypatch
):
    gan = tiny_gan()
    write(gan, tmp_path / name)
    before = (tmp_path / name).read_bytes()

    def stop(store):
        raise error

    monkeypatch.setattr(gan, "save_own_variables", stop)
    with pytest.raises(error):
        write(gan, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [str, lambda path: path, os.fspath])
def test_what_is_saved_is_loaded(name, kind, tiny_gan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gan = tiny_gan()
    gan.generator.weights[0].assign(0 * gan.generator.weights[0] + 0.5)
    (gan.save if name.endswith(".keras") else gan.save_weights)(kind(name))
    other = read(tiny_gan(), tmp_path / name)
    found = ops.convert_to_numpy(other.generator.weights[0])
    np.testing.assert_array_equal(found, 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_stays_a_link(name, tiny_gan, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / name).symlink_to(tmp_path / "disk" / name)
    write(tiny_gan(), tmp_path / name)
    assert (tmp_path / name).is_symlink()
    assert os.listdir(tmp_path / "disk") == [name]


def test_keras_own_ways_stay(tiny_gan, tmp_path):
    gan = tiny_gan()
    gan.save(tmp_path / "folder", zipped=False)
    assert (tmp_path / "folder" / "config.json").is_file()
    gan.save_weights(tmp_path / "gan.weights.json", max_shard_size=1)
    gan.load_weights(tmp_path / "gan.weights.json")
    with pytest.raises(ValueError, match=r"Received: filepath=.*gan\.weights$"):
        gan.save_weights(tmp_path / "gan.weights")
    with pytest.raises(FileNotFoundError):
        gan.save(tmp_path / "nowhere" / "gan.keras")
