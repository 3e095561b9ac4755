"""The choice of a snapshot: what is scored, when, and which one is best."""

import json
import shutil

from zoo_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, recipes, zoo


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
