"""Searches with KerasTuner, of tiny GANs on a few digits."""

import csv
import json

import keras
import keras_tuner
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes, tuning

SPACE = {"generator_learning_rate": (1e-4, 1e-3), "loss": ["hinge", "wasserstein"]}


@pytest.fixture
def recipe():
    return recipes.with_options(
        family="mlp_gan",
        data="digits:train[:64]",
        epochs=2,
        batch_size=32,
        latent_dim=4,
        generator_widths=[8],
        discriminator_widths=[8],
    ) | {
        "selection": {"reference": "train[8000:8200]"},
        "compile": {"run_eagerly": keras.config.backend() == "tensorflow"},  # no trace
    }


def searched(recipe, folder, **options):
    options = {"space": SPACE, "trials": 2, "num_images": 150, **options}
    return tuning.search(recipe, folder, **options)


def test_the_best_recipe_trains(recipe, tmp_path):
    lines = []
    found = searched(recipe, tmp_path / "search", say=lines.append)
    assert len(found) == len(lines) == 2
    assert found[0]["fid"] <= found[1]["fid"]
    best = recipes.load(tmp_path / "search" / "best.json")
    assert best["arguments"]["loss"] == found[0]["loss"]
    rate = best["compile"]["generator_optimizer"]["config"]["learning_rate"]
    assert rate == found[0]["generator_learning_rate"]
    with open(tmp_path / "search" / "trials.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["fid"]) for row in rows] == [row["fid"] for row in found]
    gan = recipes.train({**best, "epochs": 1}, tmp_path / "run", verbose=0)
    assert gan.get_config()["loss"] == recipes.build(best).get_config()["loss"]


def test_a_score_is_that_of_the_same_training_by_hand(recipe, tmp_path):
    (found, *_) = searched(recipe, tmp_path, trials=1)
    best = recipes.load(tmp_path / "best.json")
    score = kgz.callbacks.Score("digits:train[8000:8200]", num_images=150)
    recipes.train(best, tmp_path / "run", callbacks=[score], verbose=0)
    by_hand = min(report["fid"] for report in score.reports.values())
    assert found["fid"] == pytest.approx(by_hand, rel=1e-4)


def test_an_interrupted_search_continues(recipe, tmp_path):
    first, second = [], []
    searched(recipe, tmp_path, trials=1, say=first.append)
    found = searched(recipe, tmp_path, trials=3, say=second.append)
    assert (len(first), len(second), len(found)) == (1, 2, 3)


@pytest.mark.once
@pytest.mark.parametrize("method", ["bayesian", "hyperband"])
def test_other_ways_to_search(recipe, tmp_path, method):
    found = searched({**recipe, "epochs": 3}, tmp_path, method=method)
    assert found[0]["fid"] == min(row["fid"] for row in found)
    assert set(found[0]) == {*SPACE, "fid"}


def plain(recipe):
    """Without Adam, which keeps an update's size within its rate."""
    descent = {"class_name": "SGD", "config": {"learning_rate": 1e-3}}
    compiled = {**recipe["compile"], "generator_optimizer": descent}
    return {**recipe, "compile": compiled}


@pytest.mark.once
def test_a_trial_that_diverges_is_none(recipe, tmp_path):
    lines = []
    space = {"generator_learning_rate": [1e-4, 1e30]}
    found = searched(plain(recipe), tmp_path, space=space, say=lines.append)
    assert len(lines) == 2
    assert [row["generator_learning_rate"] for row in found] == [1e-4]
    assert sum("diverged" in line for line in lines) == 1


@pytest.mark.once
def test_all_trials_diverge(recipe, tmp_path):
    space = {"generator_learning_rate": [1e30, 1e31]}
    with pytest.raises(ValueError, match="diverged"):
        searched(plain(recipe), tmp_path, space=space)


@pytest.mark.once
def test_wrong_settings_are_said_before_a_trial(recipe, tmp_path):
    with pytest.raises(ValueError, match="hyperband"):
        searched(recipe, tmp_path, method="hyper")
    with pytest.raises(ValueError, match="latent_dim"):
        searched(recipe, tmp_path, space={"latent_dims": [1, 2]})
    with pytest.raises(ValueError, match="not trained on"):
        searched({**recipe, "selection": {"reference": "train[:64]"}}, tmp_path)


@pytest.mark.once
def test_a_tuner_of_keras_tuner_takes_the_hypermodel(recipe, tmp_path):
    hypermodel = tuning.GANHyperModel(recipe, {"batch_size": [16, 32]}, 100)
    tuner = keras_tuner.GridSearch(hypermodel, hypermodel.objective, directory=tmp_path)
    tuner.search(epochs=1, verbose=0)
    assert len(tuner.oracle.trials) == 2
    gan = tuner.get_best_models()[0]
    assert gan.generate(2, seed=0).shape == (2, 28, 28, 1)


@pytest.mark.once
def test_the_command(recipe, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from keras_gan_zoo_cli import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    command = "tune recipe.json --vary loss=hinge,wasserstein --trials 2 --epochs 1"
    result = CliRunner().invoke(app, [*command.split(), "--num-images", "100"])
    assert result.exit_code == 0, result.output
    assert "Next: keras-gan-zoo train search/best.json" in result.output
    assert "hinge" in result.output
    assert "wasserstein" in result.output
    assert recipes.load("search/best.json")["epochs"] == 1
