"""Preset folders of tiny GANs."""

import shutil
import threading

import pytest
from hub_server import HubServer

from presets.hub_client import TOKENS, careful_client, contents
from presets.tiny_gans import fitted, tiny_gan, tiny_wgan


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


@pytest.fixture(scope="module")
def server():
    threads = threading.active_count()
    with HubServer(TOKENS) as started:
        yield started
    assert threading.active_count() <= threads


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    """Checks at the end that no token was ever printed or sent elsewhere."""
    with careful_client(server, tmp_path_factory.mktemp("home")) as client:
        yield client


@pytest.fixture
def repo(server, saved):
    """A public repository of the test's own, and its first commit."""
    repo_id = f"me/gan-{len(server.repos)}"
    commit = server.add(repo_id, contents(saved / "gan"))
    return repo_id, commit
