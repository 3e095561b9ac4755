"""The making of an entry, on a tiny recipe."""

import json
import shutil

import numpy as np
import pytest
from huggingface_hub import metadata_load
from keras import ops
from PIL import Image
from zoo_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, recipes, zoo
from keras_gan_zoo.runs.folder import read_run


def test_the_entry_keeps_the_recipe_that_its_run_began_with(made):
    for folder in (made[0] / "tiny", made[1]):
        written = json.loads((folder / "recipe.json").read_text())
        assert {key: written[key] for key in RECIPE} == RECIPE


def test_the_best_snapshot_is_published(made):
    folder, run = made[0] / "tiny", made[1]
    scores = json.loads((folder / "scores.json").read_text())
    selection = scores["selection"]
    assert selection["candidates"] == 3
    best = min(selection["scores"], key=selection["scores"].get)
    assert scores["epoch"] == int(best)
    gan = kgz.MLPGAN.from_preset(folder)
    snapshot = kgz.MLPGAN(**RECIPE["arguments"])
    snapshot.ema_generator.load_weights(
        run / "snapshots" / f"epoch_{int(best):04d}.weights.h5"
    )
    digest = presets.weights_sha256(snapshot.ema_generator)
    assert presets.weights_sha256(gan.ema_generator) == digest
    assert scores["conditions"]["generator_sha256"] == digest
    assert scores["conditions"]["reference"] == "digits:test"
    assert scores["last"]["epoch"] == 3
    assert (
        kgz.ScoreReport.load(folder / "scores.json")["fid"] == scores["scores"]["fid"]
    )


def test_the_discriminator_takes_half_of_the_room(made):
    """Of each of its numbers the upper half, which is all of a bfloat16."""
    gan = kgz.GAN.from_preset(made[0] / "tiny")
    kept, exact = (
        np.concatenate([ops.convert_to_numpy(w).ravel() for w in network.weights])
        for network in (gan.discriminator, gan.ema_generator)
    )
    lower = np.uint32(0xFFFF)
    assert np.count_nonzero(kept) > 1000
    assert not np.any(kept.view("uint32") & lower)
    assert np.mean(exact.view("uint32") & lower > 0) > 0.9


def test_the_folder_is_ready_for_the_hub(made):
    folder = made[0] / "tiny"
    assert {path.name for path in folder.iterdir()} == set(presets.files.FILES)
    text = (folder / "README.md").read_text()
    assert 'from_preset("tiny")' in text
    assert "the raw one is left out" in text
    assert metadata_load(folder / "README.md")["datasets"] == ["ylecun/mnist"]
    recipe = json.loads((folder / "recipe.json").read_text())
    assert {key: recipe[key] for key in RECIPE} == RECIPE


def test_it_loads_by_name(tiny_zoo):
    gan = kgz.GAN.from_preset("tiny")
    assert gan.generate(1, seed=0).shape == (1, 28, 28, 1)
    entry = presets.read_index()["tiny"]
    assert entry["metadata"]["paper"] == "https://arxiv.org/abs/1406.2661"
    assert {*zoo.protocol_of("digits")["metrics"], "is_std"} <= set(entry["scores"])


def test_beside_the_scores_is_what_they_say_nothing_of(made):
    folder, run = made[0] / "tiny", made[1]
    scores = json.loads((folder / "scores.json").read_text())
    card = (folder / "README.md").read_text()

    (second,) = scores["others"]
    assert second["conditions"]["extractor"] == "pixels"
    digest = scores["conditions"]["generator_sha256"]
    assert second["conditions"]["generator_sha256"] == digest
    assert "By another extractor: FID (pixels) " in card

    near = scores["neighbours"]
    assert (near["train"], near["held_out"]) == ("digits:train[:128]", "digits:test")
    assert (near["num_fake"], near["num_train"]) == (40, 128)
    assert set(near["spaces"]) == {"digits", "pixels"}
    with Image.open(folder / "neighbours.png") as picture:
        assert picture.size == (8 * 30 - 2, 8 * 30 - 2)
    assert "(neighbours.png)" in card
    assert "40 samples and 40 images of `digits:test`" in card

    seconds = sum(row["seconds"] for row in read_run(run).sessions)
    assert scores["training"]["seconds"] == pytest.approx(seconds, abs=0.1)
    assert f"Training took 1 minute ({scores['training']['machine']})." in card

    full = kgz.MLPGAN()
    wide = [n.count_params() for n in (full.generator, full.discriminator)]
    assert scores["parameters"]["published"] == wide
    assert f"in place of {wide[0]:,} and {wide[1]:,}" in card
    assert "`keras-gan-zoo train tiny --full-width --out run`" in card
    assert recipes.full_width(RECIPE)["arguments"] == {
        "image_shape": [28, 28, 1],
        "ema_half_life": 100.0,
        "seed": 1,
    }


def test_scored_anew_it_keeps_what_was_told_of_its_training(
    made, tmp_path, monkeypatch
):
    copy = shutil.copytree(made[0], tmp_path / "zoo")
    monkeypatch.setattr(presets.index, "zoo_folder", lambda: copy)
    path = copy / "tiny" / "scores.json"
    before = json.loads(path.read_text())
    said = []
    reports = zoo.attach_scores(
        tmp_path / "all", num_images=36, verbose=0, say=said.append
    )
    after = json.loads(path.read_text())
    assert after["conditions"]["num_fake"] == 36
    for key in ("epoch", "selection", "last", "training", "parameters"):
        assert after[key] == before[key]
    assert after["neighbours"] != before["neighbours"]
    assert said == [reports["tiny"]]
    assert zoo.read_scores(tmp_path / "all") == reports
    assert presets.read_index()["tiny"]["scores"] == after["scores"]
    with pytest.raises(ValueError, match="Received: nope"):
        zoo.attach_scores(tmp_path / "all", ["nope"])


def test_an_entry_to_come_is_trained_from_its_recipe(tmp_path, monkeypatch):
    """It needs no folder of the zoo yet."""
    asked = []

    def train(recipe, run, verbose):
        asked.append(recipe)
        raise KeyboardInterrupt

    monkeypatch.setattr(recipes, "train", train)
    with pytest.raises(KeyboardInterrupt):
        zoo.make_entry("dcgan_emoji", tmp_path / "run", tmp_path / "zoo")
    assert asked == [recipes.find("zoo/dcgan_emoji")]
    with pytest.raises(FileNotFoundError, match="nowhere"):
        zoo.make_entry("nowhere", tmp_path / "run", tmp_path / "zoo")
