"""The choice of a snapshot: what is scored, when, and which one is best."""

import json
import shutil

import numpy as np
import pytest
from zoo_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets, presets, recipes, zoo
from keras_gan_zoo.scoring.extractors import registry


def test_a_run_that_is_over_is_neither_trained_nor_scored_again(made, monkeypatch):
    _, run, _ = made
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*.h5")}
    gan = recipes.train(RECIPE, run, verbose=0)
    del before[run / "backup" / "latest.weights.h5"]
    assert {p: p.stat().st_mtime_ns for p in before} == before
    last = kgz.MLPGAN(**RECIPE["arguments"])
    last.ema_generator.load_weights(run / "snapshots" / "epoch_0003.weights.h5")
    assert presets.weights_sha256(gan.ema_generator) == presets.weights_sha256(
        last.ema_generator
    )

    def refuse(*_, **__):
        raise AssertionError("scored again")

    monkeypatch.setattr(zoo.selection, "score", refuse)
    chosen = zoo.select(gan, RECIPE, run, say=lambda _: None)
    assert chosen["candidates"] == 3


def test_selection_goes_on_after_an_interruption(made, tmp_path, monkeypatch):
    run = shutil.copytree(made[1], tmp_path / "run")
    path = run / "selection.json"
    record = json.loads(path.read_text())
    del record["scores"]["2"]
    path.write_text(json.dumps(record))
    scored = []

    def counted(*args, **kwargs):
        scored.append(1)
        return kgz.score(*args, **kwargs)

    monkeypatch.setattr(zoo.selection, "score", counted)
    gan = kgz.MLPGAN(**RECIPE["arguments"])
    zoo.select(gan, RECIPE, run, say=lambda _: None)
    assert len(scored) == 1
    # other settings: nothing of before counts
    other = {**RECIPE, "selection": {**RECIPE["selection"], "num_images": 30}}
    zoo.select(gan, other, run, say=lambda _: None)
    assert len(scored) == 4


def test_epochs_are_numbers_of_any_length(made, tmp_path, monkeypatch):
    """10000 comes after 2000, and is another than 1000."""
    run = shutil.copytree(made[1], tmp_path / "run")
    (run / "selection.json").unlink()
    folder = run / "snapshots"
    for old, new in (("0001", "1000"), ("0002", "2000"), ("0003", "10000")):
        (folder / f"epoch_{old}.weights.h5").rename(folder / f"epoch_{new}.weights.h5")
    given = iter([3.0, 1.0, 2.0])

    class Report(dict):
        label = staticmethod(str)

    monkeypatch.setattr(
        zoo.selection,
        "score",
        lambda *_, metrics, **__: Report(dict.fromkeys(metrics, next(given))),
    )
    lower = {**RECIPE["selection"], "metrics": ["fid"]}
    gan, best = (kgz.MLPGAN(**RECIPE["arguments"]) for _ in range(2))
    chosen = zoo.select(gan, {**RECIPE, "selection": lower}, run, lambda _: None)
    assert chosen["scores"] == {"1000": 3.0, "2000": 1.0, "10000": 2.0}
    assert chosen["epoch"] == 2000
    best.ema_generator.load_weights(folder / "epoch_2000.weights.h5")
    assert presets.weights_sha256(gan.ema_generator) == presets.weights_sha256(
        best.ema_generator
    )


def settings(data, **selection):
    recipe = {**RECIPE, "data": data, "selection": selection}
    return zoo.selection.settings_of(recipe)


def test_a_selection_is_by_the_recipes_own_data():
    found = settings("fashion_mnist:train[:55000]")
    assert found["reference"] == "fashion_mnist:train[55000:]"
    assert settings("digits:train[:8000]")["reference"] == "digits:train[8000:]"
    found = settings("mnist:train[:50000]", reference="train[50000:]", num_images=9)
    assert (found["reference"], found["num_images"]) == ("mnist:train[50000:]", 9)
    # none of ours: the recipe names one
    found = settings("cifar10:train[:45000]", extractor="digits")
    assert found["reference"] == "cifar10:train[45000:]"


def test_data_without_an_extractor_need_one(monkeypatch):
    monkeypatch.setattr(registry, "DEFAULTS", {})
    monkeypatch.setattr(registry, "BY_SHAPE", {})
    with pytest.raises(ValueError, match=r"Which extractor\?"):
        settings("cifar10:train[:45000]")


def test_every_named_data_set_has_a_slice_for_it():
    """What an entry is trained on, is chosen on and is reported on have no overlap."""
    for name, row in datasets.CATALOGUE.items():
        _, held_out = datasets.split_name(f"{name}:{row.held_out}")
        sizes = datasets.split_sizes(name)
        start = int(row.held_out.removeprefix("train[").removesuffix(":]"))
        assert not datasets.count_shared(f"train[:{start}]", held_out, sizes)
        assert not datasets.count_shared("test", held_out, sizes)
        assert 0 < start < row.splits["train"]


def test_the_recipes_of_the_zoo_are_chosen_on_what_they_leave_out(monkeypatch):
    every = dict.fromkeys(datasets.CATALOGUE, "digits")
    monkeypatch.setattr(registry, "DEFAULTS", every)
    entries = presets.index.zoo_folder().glob("*/recipe.json")
    to_come = [name for name in recipes.names() if name.startswith("zoo/")]
    found = [*map(recipes.load, entries), *map(recipes.find, to_come)]
    assert len(found) >= 15
    for recipe in found:
        data, split = datasets.split_name(recipe["data"])
        row = datasets.CATALOGUE[data]
        reference = zoo.selection.settings_of(recipe)["reference"]
        assert reference == f"{data}:{row.held_out}"
        assert split == f"train[:{row.held_out[6:-2]}]"  # nothing is left over


def test_a_selection_on_a_folder_is_what_the_recipe_says(tmp_path):
    for i in range(6):
        kgz.images.save_png(tmp_path / f"{i}.png", np.zeros((28, 28, 1), "uint8"))
    own = {"reference": "train[4:]", "extractor": "digits"}
    found = settings(f"{tmp_path}:train[:4]", **own)
    assert found["reference"] == f"{tmp_path}:train[4:]"
    with pytest.raises(ValueError, match="shares 2 images with it"):
        settings(str(tmp_path), **own)
    with pytest.raises(ValueError, match="no slice for that"):
        settings(str(tmp_path))


@pytest.mark.parametrize("data", ["mnist", "mnist:train[:55001]", "mnist:test+train"])
def test_images_of_the_training_choose_nothing(data):
    with pytest.raises(ValueError, match="images with it"):
        settings(data)


def test_any_metric_chooses(made, tmp_path):
    run = shutil.copytree(made[1], tmp_path / "run")
    gan = kgz.MLPGAN(**RECIPE["arguments"])
    for metric, better in (("recall", max), ("kid", min)):
        by_metric = {**RECIPE["selection"], "metrics": [metric]}
        recipe = {**RECIPE, "selection": by_metric}
        chosen = zoo.select(gan, recipe, run, say=lambda _: None)
        scores = chosen["scores"]
        assert chosen["epoch"] == int(better(scores, key=scores.get))
        assert chosen["metric"].startswith(kgz.scoring.METRICS[metric].label)


def test_an_unknown_metric_is_refused_before_anything_is_scored(
    made, tmp_path, monkeypatch
):
    def refuse(*_, **__):
        raise AssertionError("scored, or trained")

    monkeypatch.setattr(zoo.selection, "score", refuse)
    monkeypatch.setattr(recipes, "train", refuse)
    recipe = {**RECIPE, "selection": {**RECIPE["selection"], "metrics": ["fdi"]}}
    gan = kgz.MLPGAN(**RECIPE["arguments"])
    with pytest.raises(ValueError, match=r"metrics=\['fdi'\]"):
        zoo.select(gan, recipe, made[1])
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "recipe.json").write_text(json.dumps(recipe))
    with pytest.raises(ValueError, match=r"metrics=\['fdi'\]"):
        zoo.make_entry("bad", tmp_path / "run", tmp_path)
