"""The making of an entry, on a tiny recipe."""

import json

from huggingface_hub import metadata_load
from zoo_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import presets


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
    assert set(entry["scores"]) == {"is", "is_std", "fid"}
