"""Recipes: where they come from, what they may say."""

import json

import numpy as np
import pytest
from pictures import write

from keras_gan_zoo import recipes

RECIPE = {
    "family": "MLPGAN",
    "data": "digits:train[:64]",
    "batch_size": 32,
    "epochs": 1,
}


@pytest.fixture
def load(tmp_path):
    """Writes a recipe, RECIPE with changes, and loads it."""

    def load(**changes):
        path = tmp_path / "recipe.json"
        path.write_text(json.dumps({**RECIPE, **changes}))
        return recipes.load(path)

    return load


def test_a_recipe_from_options_takes_the_shape_of_the_data():
    recipe = recipes.with_options(
        family="WGAN-GP", data="digits:test[:5]", epochs=2, seed=3
    )
    assert recipe["family"] == "WGANGP"
    assert recipe["arguments"]["image_shape"] == [28, 28, 1]
    assert (recipe["arguments"]["seed"], recipe["batch_size"]) == (3, 64)
    again = recipes.with_options(recipe, batch_size=8)
    assert again == {**recipe, "batch_size": 8}
    other = recipes.with_options(
        {**recipe, "description": "of MNIST"}, data="digits:test[:2]"
    )
    assert "description" not in other


def test_the_shape_of_a_folder_is_read_without_decoding_it(tmp_path, monkeypatch):
    write(tmp_path / "0.png", size=(9, 7))
    monkeypatch.setattr("PIL.Image.Image.convert", None)  # what decoding needs
    recipe = recipes.with_options(family="dcgan", data=str(tmp_path))
    assert recipe["arguments"]["image_shape"] == [7, 9, 3]


def test_load_takes_any_spelling_of_a_family(load):
    assert load() == RECIPE
    assert load(family="mlp-gan") == RECIPE


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"family": "gpt"}, "family='gpt'"),
        ({"family": 3}, "`family` must be text"),
        ({"batch_size": 0}, "whole number, 1 or more.*batch_size=0"),
        ({"epochs": True}, "epochs=True"),
        ({"arguments": [1]}, r"JSON object.*arguments=\[1\]"),
        ({"compile": "adam"}, "compile='adam'"),
        ({"snapshot_every": 0.5}, "snapshot_every=0.5"),
    ],
)
def test_load_refuses_what_is_no_recipe(load, changes, says):
    with pytest.raises(ValueError, match=says):
        load(**changes)


def test_load_refuses_a_file_that_is_no_json(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text("[")
    with pytest.raises(ValueError, match="not valid JSON"):
        recipes.load(path)
    path.write_text('{"family": "WGAN"}')
    with pytest.raises(ValueError, match="without data, batch_size, epochs"):
        recipes.load(path)


@pytest.mark.parametrize(
    "optimizer",
    [
        {"class_name": "call", "module": "subprocess", "config": {}},
        {"class_name": "call", "config": {}},
        {"class_name": "Adam", "config": {"learning_rate": {"class_name": "Lambda"}}},
    ],
)
def test_load_refuses_what_a_recipe_may_not_compile(load, optimizer):
    with pytest.raises(ValueError, match="may name Keras' optimizers"):
        load(compile={"generator_optimizer": optimizer})


def test_load_refuses_what_a_recipe_may_not_build(load):
    penalty = {
        "class_name": "Lambda",
        "module": "keras.layers",
        "config": {"function": "evil"},
        "registered_name": None,
    }
    with pytest.raises(ValueError, match="holds `Lambda`"):
        load(arguments={"penalties": [penalty]})


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("mine.json", FileNotFoundError, r"must be a JSON file.*'mine\.json', which"),
        ("studiogan/sngan", FileNotFoundError, "mean 'studiogan/sngan_cifar10'"),
        ("", ValueError, "must not be empty"),
    ],
)
def test_a_recipe_that_is_not_there(tmp_path, monkeypatch, name, error, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        recipes.find(name)


GIVEN = {"family": "dcgan", "data": "digits", "batch_size": 8, "epochs": 1}


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        ("mine.json", r"must be a dict, for example `recipes.load\(path\)`"),
        ({}, "must have the keys family.*a recipe without family, data, batch_size"),
        ({**GIVEN, "epochs": -1}, "`epochs` must be a whole number, 1 or more.*=-1"),
        ({**GIVEN, "epochs": "1"}, "`epochs` must be a whole number.*epochs='1'"),
        ({**GIVEN, "batch_size": 1.5}, "`batch_size` must be a whole number.*=1.5"),
    ],
)
def test_a_recipe_of_python_is_checked_as_a_file_is(tmp_path, recipe, says):
    """With -1 epochs nothing was trained, without a word."""
    with pytest.raises(ValueError, match=says):
        recipes.train(recipe, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()
    if recipe:
        with pytest.raises(ValueError, match=says):
            recipes.with_options(recipe, seed=3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"data": "digits"}, "must have the keys family, data.*without family"),
        ({"family": "dcgan"}, "must have the keys family, data.*without data"),
        ({**GIVEN, "epochs": "3"}, "`epochs` must be a whole number"),
        ({**GIVEN, "data": np.zeros((2, 8, 8, 1), "uint8")}, "`data` must be text"),
        ({**GIVEN, "generator_learning_rate": "1e-3"}, "must be a positive number"),
    ],
)
def test_options_that_make_no_recipe(options, says):
    with pytest.raises(ValueError, match=says):
        recipes.with_options(**options)


def test_what_is_built_has_a_family():
    with pytest.raises(ValueError, match="a recipe without family"):
        recipes.build({})
