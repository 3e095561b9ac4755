"""What others call stays: names, command lines and files of earlier versions."""

import importlib

import keras
import pytest
import typer

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, recipes
from keras_gan_zoo.recipes import recipe

REGISTERED = (
    *("AdversarialOptimizer", "DCGAN", "DRAGAN", "FrechetDistance", "GAN"),
    *("GradientPenalty", "GradientReversal", "Hinge", "InceptionScore"),
    *("InceptionV3FIDNetwork", "LayerNormalization", "LeastSquares", "MLPGAN"),
    *("Minimax", "NonSaturating", "R1", "WGAN", "WGANGP", "Wasserstein"),
    "WeightClipping",
)

#: of each command, its arguments and options; "/" is between two spellings
COMMANDS = {
    "": "--backend --debug --version",
    "list": "--json",
    "show": "PRESET --json",
    "train": "RECIPE --family --data --epochs --batch-size --seed --ema-half-life "
    "--out",
    "sample": "PRESET --out -n/--number --columns --seed --truncation",
    "score": "SOURCE --reference --metrics --extractor --extractor-weights --resizer "
    "--num-images --repeats --seed --batch-size --device/--devices --workers "
    "--verify --out --json --attach --max-fid --max --min",
    "verify": "PRESET --metrics --num-images --reference --extractor "
    "--extractor-weights --resizer --batch-size --json",
    "reference make": "REFERENCE --metrics --extractor --extractor-weights --resizer "
    "--batch-size --out",
    "reference list": "--json",
    "reference export": "NAME --out --extractor",
    "card": "FOLDER --handle --license --overwrite",
    "publish": "FOLDER HANDLE --private --create-pr --message --no-score",
}


@pytest.mark.parametrize(
    "name",
    [
        "losses.AdversarialLoss",
        "losses.LOSSES",
        "losses.get",
        "losses.serialize",
        "penalties.Penalty",
        "penalties.GradientPenalty",
        "penalties.DRAGAN",
        "penalties.R1",
        "penalties.squared_norm",
        "penalties.unit_norm_penalty",
        "penalties.zero_norm_penalty",
        "networks.dense_generator",
        "networks.dense_discriminator",
        "networks.convolutional_generator",
        "networks.convolutional_discriminator",
        "presets.weights_sha256",
        "scoring.Extractor",
        "scoring.load_reference",
        "score",
        "compare",
        "upload_preset",
    ],
)
def test_names_that_others_import(name):
    module, _, attribute = f"keras_gan_zoo.{name}".rpartition(".")
    assert getattr(importlib.import_module(module), attribute) is not None


def test_modules_that_others_import():
    assert importlib.import_module("keras_gan_zoo.losses") is kgz.losses
    assert importlib.import_module("keras_gan_zoo.penalties") is kgz.penalties


@pytest.mark.parametrize("name", REGISTERED)
def test_registered_names_resolve(name):
    importlib.import_module("keras_gan_zoo.scoring")
    assert keras.saving.get_registered_object(f"keras_gan_zoo>{name}") is not None


@pytest.mark.parametrize("name", ["BicubicResize", "Normalize", "Preprocess"])
def test_registered_names_of_extractors_resolve(name):
    importlib.import_module("keras_gan_zoo.scoring")
    name = f"keras_gan_zoo.scoring>{name}"
    assert keras.saving.get_registered_object(name) is not None


def test_the_optimizer_has_the_two_players(tiny_gan):
    gan = tiny_gan(compiled=False)
    generator, discriminator = (keras.optimizers.Adam() for _ in range(2))
    gan.compile(generator, discriminator)
    assert gan.optimizer.generator_optimizer is generator
    assert gan.optimizer.discriminator_optimizer is discriminator


@pytest.mark.parametrize("name", sorted(presets.read_index()))
def test_recipes_keep_their_keys(name):
    found = recipes.find(name)
    assert {"family", "arguments", "data", "batch_size", "epochs"} <= set(found)
    players = {"generator_optimizer", "discriminator_optimizer"}
    assert set(found.get("compile", players)) == players


def test_keys_that_a_recipe_may_have():
    known = {**recipe.REQUIRED, **recipe.OPTIONAL}
    required = {"family", "data", "batch_size", "epochs"}
    optional = {"arguments", "compile", "selection", "snapshot_every"}
    assert set(recipe.REQUIRED) == required
    assert required | optional <= set(known)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_keep_their_arguments_and_options(name):
    from keras_gan_zoo.cli import app

    command = typer.main.get_command(app)
    for part in name.split():
        command = command.commands[part]
    found = set()
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            found.add(parameter.name.upper())
        else:
            found |= {*parameter.opts, *parameter.secondary_opts}
    expected = {o for option in COMMANDS[name].split() for o in option.split("/")}
    assert expected <= found
