"""Preset folders of tiny GANs."""

import shutil
import sys
from pathlib import Path

import pytest
from tiny_gans import fitted, tiny_gan, tiny_wgan

sys.path.insert(0, str(Path(__file__).parents[1]))  # for hub_server


@pytest.fixture(scope="session")
def gans():
    return {"gan": fitted(tiny_gan()), "wgan": fitted(tiny_wgan())}


@pytest.fixture(scope="session")
def saved(gans, tmp_path_factory):
    """A preset folder of each; not to be changed."""
    folder = tmp_path_factory.mktemp("presets")
    for name, gan in gans.items():
        gan.save_to_preset(folder / name)
    return folder


@pytest.fixture
def preset(saved, tmp_path):
    """A copy of the folder of given networks, to be changed."""
    return shutil.copytree(saved / "gan", tmp_path / "gan")


@pytest.fixture
def wgan_preset(saved, tmp_path):
    """A copy of the family's folder, to be changed."""
    return shutil.copytree(saved / "wgan", tmp_path / "wgan")
