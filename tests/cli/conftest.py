"""A zoo of one tiny entry, and the program with its output in hand."""

import shutil

import pytest
from cli_recipe import RECIPE
from typer.testing import CliRunner

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, zoo
from keras_gan_zoo.cards import write_card


@pytest.fixture(scope="session")
def made_zoo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    gan = kgz.MLPGAN(**RECIPE["arguments"])
    report = kgz.score(gan, "digits:test", num_images=20, verify=False, verbose=0)
    recipe = {**zoo.facts(gan, RECIPE), **RECIPE}
    gan.save_to_preset(folder / "tiny", report=report, recipe=recipe)
    write_card(folder / "tiny", "tiny")
    presets.write_index(folder)
    return folder


@pytest.fixture
def tiny_zoo(made_zoo, monkeypatch):
    """`tiny` is the zoo's only entry."""
    monkeypatch.setattr(presets.index, "zoo_folder", lambda: made_zoo)
    return made_zoo


@pytest.fixture
def preset(tiny_zoo, tmp_path):
    return shutil.copytree(tiny_zoo / "tiny", tmp_path / "my_gan")


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the program in an empty folder; returns the result, exit code checked."""
    from keras_gan_zoo.cli import app

    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == code, result.output
        return result

    return run
