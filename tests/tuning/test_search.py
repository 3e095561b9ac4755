"""Searches with KerasTuner, of tiny GANs on a few digits."""

import csv
import json
import random

import keras
import keras_tuner
import pytest
from pictures import write

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes, tuning, zoo

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
@pytest.mark.parametrize(
    ("changes", "options", "says"),
    [
        ({"data": "digits:train[64:128]"}, {}, "recipe"),
        ({"epochs": 1}, {}, "recipe"),
        ({}, {"space": {"loss": ["hinge", "minimax"]}}, "space"),
        ({"selection": {"reference": "digits:test", "metrics": ["kid"]}}, {}, "score"),
        ({}, {"num_images": 140}, "score"),
        ({}, {"method": "bayesian"}, "method"),
    ],
)
def test_a_folder_holds_one_search(recipe, tmp_path, changes, options, says):
    searched(recipe, tmp_path, trials=1)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(ValueError, match=rf"one search.*folder of its own.*{says}="):
        searched({**recipe, **changes}, tmp_path, trials=2, **options)
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}


@pytest.mark.once
def test_a_search_without_its_record_is_refused(recipe, tmp_path):
    searched(recipe, tmp_path, trials=1)
    (tmp_path / "search.json").unlink()
    with pytest.raises(ValueError, match=r"one search.*search\.json"):
        searched(recipe, tmp_path, trials=2)


@pytest.mark.once
def test_a_search_without_a_score_is_none(recipe, tmp_path):
    space = {"generator_learning_rate": [1e30, 1e31]}
    with pytest.raises(ValueError, match="diverged"):
        searched(plain(recipe), tmp_path, space=space)
    assert len(searched(recipe, tmp_path)) == 2


@pytest.mark.once
def test_choices_of_any_kind(recipe, tmp_path):
    space = {
        "r1": [0, 0.1],
        "generator_widths": [[8], [4]],
        "augmentation": ["none", "diff_augment"],
        "color_mode": [None, "grayscale"],
    }
    found = searched(recipe, tmp_path, space=space)
    for row in found:
        assert row["r1"] in (0.0, 0.1)
        assert row["generator_widths"] in ([8], [4])
    best = recipes.load(tmp_path / "best.json")
    assert best["arguments"]["generator_widths"] == found[0]["generator_widths"]


@pytest.mark.once
def test_the_default_space_of_an_optimizer_without_betas(recipe, tmp_path):
    found = searched({**recipe, "family": "WGAN"}, tmp_path, space=None, trials=1)
    assert "beta_1" not in found[0]


@pytest.mark.once
def test_held_out_images_are_prepared_as_those_of_the_training(tmp_path):
    for index, size in enumerate([(40, 30), (30, 40), (32, 32)] * 8):
        write(tmp_path / "photos" / f"{index:02}.png", "L", size=size)
    (tmp_path / "photos" / "20_bad.png").write_bytes(b"no image")
    recipe = recipes.with_options(
        family="mlp_gan",
        data=f"{tmp_path / 'photos'}:train[:16]",
        epochs=1,
        batch_size=8,
        image_size=28,
        crop_to_aspect_ratio=True,
        on_error="skip",
        latent_dim=4,
        generator_widths=[8],
        discriminator_widths=[8],
    )
    recipe["selection"] = {"reference": "train[16:]", "extractor": "digits"}
    with pytest.warns(UserWarning, match=r"20_bad\.png"):
        (row,) = searched(recipe, tmp_path, trials=1, num_images=20)
    kept = recipes.load(tmp_path / "best.json")
    real = kgz.datasets.ImageFolder(
        tmp_path / "photos",
        "train[16:]",
        "skip",
        image_size=28,
        crop_to_aspect_ratio=True,
    )
    assert len(real) == 8
    score = kgz.callbacks.Score(real, num_images=20, extractor="digits")
    recipes.train(kept, tmp_path / "run", callbacks=[score], verbose=0)
    assert row["fid"] == pytest.approx(score.reports[0]["fid"], rel=1e-4)


@pytest.mark.once
@pytest.mark.parametrize("method", ["bayesian", "hyperband"])
def test_other_ways_to_search(recipe, tmp_path, method):
    found = searched({**recipe, "epochs": 3}, tmp_path, method=method)
    assert found[0]["fid"] == min(row["fid"] for row in found)
    assert set(found[0]) == {*SPACE, "fid"}


@pytest.mark.once
def test_a_seed_chooses_the_trials(recipe, tmp_path):
    """KerasTuner takes a seed of 0 for none."""
    rates = []
    for number, seed in enumerate([0, 0, 1]):
        random.seed(number)
        found = searched(recipe, tmp_path / str(number), seed=seed)
        rates.append({row["generator_learning_rate"] for row in found})
    assert rates[0] == rates[1]
    assert rates[0] != rates[2]


@pytest.mark.once
def test_a_short_bayesian_search_is_not_a_random_one(recipe, tmp_path):
    """KerasTuner would draw six at random for two settings."""
    drawn = searched(recipe, tmp_path / "random", trials=4)
    found = searched(recipe, tmp_path / "bayesian", method="bayesian", trials=4)
    first, second = (
        {row["generator_learning_rate"] for row in rows} for rows in (drawn, found)
    )
    assert len(first & second) == 2  # those that are drawn


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
    with pytest.raises(ValueError, match=r"At least 2 images.*num_images=1"):
        searched(recipe, tmp_path, num_images=1)


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


@pytest.mark.once
def test_the_command_prepares_images(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from keras_gan_zoo_cli import app

    found = {}

    def search(recipe, *args, **kwargs):
        found.update(recipe)
        raise ValueError("enough")

    monkeypatch.setattr(tuning, "search", search)
    line = (
        "tune --family mlp_gan --data digits:train[:64] --image-size 16 --crop "
        "--no-flip --on-error skip --background white --interpolation box"
    )
    result = CliRunner().invoke(app, line.split())
    assert "enough" in result.output
    assert found["arguments"]["image_shape"] == [16, 16, 1]
    assert found["on_error"] == "skip"
    assert found["preparation"]["crop_to_aspect_ratio"]
    assert found["preparation"]["background"] == [255, 255, 255]


@pytest.mark.once
def test_a_named_set_that_is_prepared_is_scored_so():
    recipe = recipes.with_options(
        family="mlp_gan", data="digits:train[:64]", horizontal_flip=True
    )
    given = {"reference": "digits:train[8000:8020]", "metrics": ["fid"]}
    found = zoo.prepared(given, recipe)
    images, labels = found["reference"]
    assert images.shape == (40, 28, 28, 1)
    assert len(labels) == 40
    assert found["extractor"] == "digits"
    assert zoo.prepared(given, {**recipe, "preparation": {}}) is given
    statistics = {"reference": "numbers.npz"}
    assert zoo.prepared(statistics, recipe) is statistics
    small = recipes.with_options(recipe, image_size=16)
    with pytest.raises(ValueError, match="does not resize"):
        tuning.GANHyperModel({**small, "selection": given})
