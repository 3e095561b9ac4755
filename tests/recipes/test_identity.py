"""A folder holds the run of one recipe, and says so before it changes anything."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes, zoo

DENSE = {
    "generator": {
        "name": "dense_generator",
        "latent_dim": 4,
        "widths": [8],
    },
    "discriminator": {
        "name": "dense_discriminator",
        "widths": [8],
        "dropout": 0.1,
    },
}
RECIPE = {
    "family": "MLPGAN",
    "arguments": {"image_shape": [28, 28, 1], "ema_half_life": 50.0, "seed": 1},
    "networks": DENSE,
    "data": "digits:train[:16]",
    "batch_size": 8,
    "epochs": 1,
}


def train(folder, epochs=1, **changes):
    recipe = {**RECIPE, "epochs": epochs, **changes}
    return recipes.train(recipe, folder, verbose=0)


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("change", [{"dropout": 0.9}, {"widths": [4]}])
def test_other_networks_are_another_run(tmp_path, change):
    train(tmp_path)
    before = files_of(tmp_path)
    other = {**DENSE, "discriminator": {**DENSE["discriminator"], **change}}
    with pytest.raises(ValueError, match=r"run of one recipe.*networks={.*, not {"):
        train(tmp_path, 2, networks=other)
    assert files_of(tmp_path) == before
    assert int(train(tmp_path, 2).epochs_seen) == 2


def test_what_is_left_out_is_what_is_empty(tmp_path):
    train(tmp_path, preparation={})
    assert int(train(tmp_path, 2).epochs_seen) == 2


def bad(name, value):
    return {"arguments": {**RECIPE["arguments"], name: value}}


@pytest.mark.parametrize(
    "changes",
    [
        bad("ema_half_life", -1),  # in the model
        {"networks": {**DENSE, "generator": {"name": "nothing"}}},  # in its networks
        {"compile": {"generator_optimizer": {"class_name": "Adem", "config": {}}}},
    ],
)
def test_a_start_that_failed_is_no_run(tmp_path, changes):
    with pytest.raises((ValueError, TypeError)):
        train(tmp_path / "run", **changes)
    assert not files_of(tmp_path / "run")
    assert int(train(tmp_path / "run").epochs_seen) == 1


def test_a_start_that_failed_in_its_first_epoch_is_no_run(tmp_path):
    class Fail(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        recipes.train(RECIPE, tmp_path, [Fail()], verbose=0)
    assert int(train(tmp_path, batch_size=4).epochs_seen) == 1
    assert recipes.load(tmp_path / "recipe.json")["batch_size"] == 4


# === Recipes of Python ===


def python_recipe():
    return {
        **RECIPE,
        "family": "MLPGAN",
        "networks": {},
        "arguments": {
            "image_shape": (28, 28, 1),
            "generator_widths": (8, np.int64(8)),
            "discriminator_widths": np.array([8, 8]),
            "penalties": [kgz.R1(10.0)],
            "augmentation": kgz.augmentation.DiffAugment("translation"),
            "seed": np.int32(1),
        },
        "compile": {"generator_optimizer": keras.optimizers.Adam(1e-3)},
        "epochs": np.int64(1),
        "batch_size": np.int64(8),
    }


def test_a_recipe_of_python_goes_on(tmp_path):
    recipe = python_recipe()
    gan = recipes.train(recipe, tmp_path, verbose=0)
    assert gan.penalties[0].weight == 10
    gan = recipes.train({**python_recipe(), "epochs": 2}, tmp_path, verbose=0)
    assert int(gan.epochs_seen) == 2
    kept = recipes.load(tmp_path / "recipe.json")
    assert kept["arguments"]["generator_widths"] == [8, 8]
    assert kept["arguments"]["discriminator_widths"] == [8, 8]
    again = recipes.build(kept).optimizer.generator_optimizer
    assert float(again.learning_rate) == pytest.approx(1e-3)
    assert int(recipes.train(kept, tmp_path, verbose=0).epochs_seen) == 2
    assert recipe["arguments"]["image_shape"] == (28, 28, 1)  # the caller's own
    preset = zoo.save_run(gan, tmp_path, recipe)
    assert recipes.load(preset / "recipe.json")["arguments"] == kept["arguments"]


def test_options_of_python_are_plain(tmp_path):
    kgz.images.save_png(tmp_path / "0.png", np.zeros((8, 8, 1), "uint8"))
    recipe = recipes.with_options(
        {"arguments": {"ema_half_life": np.float32(50)}},
        family="mlp_gan",
        data=Path(tmp_path),
        epochs=np.int64(1),
        generator_widths=(8, 4),
        penalties=[kgz.R1(10.0), "r2=1"],
        loss=kgz.losses.Hinge(),
        generator_learning_rate=np.float64(0.5),
        image_size=(4, np.int64(4)),
    )
    assert json.loads(json.dumps(recipe)) == recipe
    assert recipe["data"] == str(tmp_path)
    assert recipe["arguments"]["image_shape"] == [4, 4, 1]
    names = [row["registered_name"] for row in recipe["arguments"]["penalties"]]
    assert names == ["keras_gan_zoo>R1", "keras_gan_zoo>R2"]
    gan = recipes.build(recipe)
    assert isinstance(gan.objective, kgz.losses.Hinge)
    assert [term.weight for term in gan.penalties] == [10, 1]
    one = recipes.with_options(recipe, penalties=kgz.R1(3.0))
    assert [row["config"]["weight"] for row in one["arguments"]["penalties"]] == [3]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"ema_half_life": float("inf")}, "finite.*ema_half_life=inf"),
        ({"seed": {1, 2}}, r"data.*Received: seed=\{1, 2\}"),
        ({"loss": print}, "data.*Received: loss=<built-in"),
        ({"penalties": [3]}, "penalties.*Received: 3"),
        ({"generator_widths": 8}, r"list.*\[128, 64\].*generator_widths=8"),
    ],
)
def test_what_no_recipe_can_hold(options, says):
    with pytest.raises(ValueError, match=says):
        recipes.with_options(family="mlp_gan", data="digits", **options)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (bad("ema_half_life", float("inf")), "arguments.ema_half_life=inf"),
        (bad("loss", print), "arguments.loss=<built-in"),
        ({"selection": {1: 2}}, "selection"),
        ({"tried": [0.5, {"x": {3}}]}, r"tried\[1\].x=\{3\}"),
    ],
)
def test_the_key_is_named(tmp_path, changes, says):
    with pytest.raises(ValueError, match=says):
        train(tmp_path / "run", **changes)
    assert not (tmp_path / "run").exists()
