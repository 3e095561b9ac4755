"""The zoo's index, of tiny entries made here."""

import json
import shutil

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import (
    index,
    presets_of,
    resolve,
    weights_sha256,
    write_index,
)

RECIPE = {
    "description": "A tiny one.",
    "paper": "https://arxiv.org/abs/1701.07875",
    "dataset": "mnist:train",
    "license": "apache-2.0",
    "epochs": 3,
}


@pytest.fixture
def zoo(saved, tmp_path, monkeypatch):
    """Two entries, their index, and the setting that names them."""
    folder = tmp_path / "zoo_cards"
    for name in ("gan", "wgan"):
        shutil.copytree(saved / name, folder / f"tiny_{name}")
        (folder / f"tiny_{name}" / "recipe.json").write_text(json.dumps(RECIPE))
    scores = {"scores": {"fid": 3.5}, "conditions": {}}
    (folder / "tiny_wgan" / "scores.json").write_text(json.dumps(scores))
    monkeypatch.setattr(index, "zoo_folder", lambda: folder)
    write_index()
    return folder


def test_entry(gans, zoo):
    entry = json.loads((zoo / "index.json").read_text())["tiny_wgan"]
    assert entry["class_name"] == "keras_gan_zoo>WGAN"
    assert entry["metadata"] == {
        "description": "A tiny one.",
        "params": gans["wgan"].generator.count_params(),
        "paper": "https://arxiv.org/abs/1701.07875",
        "dataset": "mnist:train",
        "license": "apache-2.0",
    }
    assert entry["scores"] == {"fid": 3.5}
    assert (entry["hf_handle"], entry["revision"]) == (None, None)
    assert entry["sha256"].keys() >= {"config.json", "model.weights.h5", "scores.json"}
    assert all(len(digest) == 64 for digest in entry["sha256"].values())


def test_presets_by_class(zoo):
    assert set(presets_of(kgz.GAN)) == {"tiny_gan", "tiny_wgan"}
    assert set(presets_of(kgz.WGAN)) == {"tiny_wgan"}
    assert presets_of(kgz.DCGAN) == {}
    assert presets_of(kgz.WGAN)["tiny_wgan"]["metadata"]["license"] == "apache-2.0"


def test_load_by_name(gans, zoo):
    gan = kgz.GAN.from_preset("tiny_wgan")
    assert type(gan) is kgz.WGAN
    assert gan.preset_source == "tiny_wgan"
    digest = weights_sha256(gans["wgan"].ema_generator)
    assert weights_sha256(gan.ema_generator) == digest
    assert resolve("tiny_wgan") == zoo / "tiny_wgan"


def test_another_class(zoo):
    with pytest.raises(ValueError, match="not a subclass of calling class `DCGAN`"):
        kgz.DCGAN.from_preset("tiny_wgan")


def test_files_must_be_those_of_the_index(zoo):
    path = zoo / "tiny_gan" / "config.json"
    path.write_text(path.read_text().replace('"leaky_relu_0"', '"leaky_relu_9"'))
    with pytest.raises(ValueError, match=r"`config.json` is corrupt"):
        kgz.GAN.from_preset("tiny_gan")


def test_the_card_may_change(zoo):
    (zoo / "tiny_gan" / "README.md").write_text("new")
    kgz.GAN.from_preset("tiny_gan")


def test_missing_folder(zoo):
    shutil.rmtree(zoo / "tiny_gan")
    with pytest.raises(FileNotFoundError, match="Reinstall"):
        kgz.GAN.from_preset("tiny_gan")


def test_handles_are_kept(zoo):
    write_index(zoo, handles={"tiny_gan": ("hf://me/tiny_gan", "a" * 40)})
    entry = write_index(zoo)["tiny_gan"]
    assert (entry["hf_handle"], entry["revision"]) == ("hf://me/tiny_gan", "a" * 40)
    assert sorted(path.name for path in zoo.iterdir()) == [
        "index.json",
        "tiny_gan",
        "tiny_wgan",
    ]


def test_recipe_must_describe(zoo):
    (zoo / "tiny_gan" / "recipe.json").write_text('{"paper": "x"}')
    before = (zoo / "index.json").read_bytes()
    with pytest.raises(ValueError, match="tiny_gan without description, dataset"):
        write_index(zoo)
    assert (zoo / "index.json").read_bytes() == before


def test_zoo_is_found_in_a_checkout_and_in_a_wheel(tmp_path, monkeypatch):
    package = tmp_path / "keras_gan_zoo"
    module = package / "presets" / "index.py"
    monkeypatch.setattr(index, "__file__", str(module))
    (tmp_path / "zoo_cards").mkdir()
    assert index.zoo_folder() == tmp_path / "zoo_cards"
    assert index.read_index() == {}
    (package / "zoo_cards").mkdir(parents=True)
    (package / "zoo_cards" / "index.json").write_text("{}")
    assert index.zoo_folder() == package / "zoo_cards"
