"""A checkout on the path, without the metadata that an installation leaves."""

import importlib.metadata

import pytest
from typer.testing import CliRunner

import keras_gan_zoo as kgz
from keras_gan_zoo_cli.app import app


@pytest.fixture(autouse=True)
def no_metadata(monkeypatch):
    known = importlib.metadata.version

    def version(name):
        if name.replace("_", "-") == "keras-gan-zoo":
            raise importlib.metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_a_preset_is_saved_and_scored(tmp_path):
    kgz.GAN.from_preset("mlp_gan_mnist").save_to_preset(tmp_path / "preset")
    report = kgz.score(tmp_path / "preset", "mnist:test", num_images=100, verbose=0)
    assert report.conditions["versions"]["keras_gan_zoo"] == kgz.__version__


def test_the_command_line_says_its_version():
    assert kgz.__version__ in CliRunner().invoke(app, ["--version"]).output
