"""Repositories in somebody else's layout, through the real client of the Hub."""

import pytest
from conversion.test_public import CONFIG, WEIGHTS, published_files
from hub_server import HubServer
from presets.hub_client import TOKENS, Client

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server():
    with HubServer(TOKENS) as started:
        yield started


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return home, {"KERAS_GAN_ZOO_CACHE": str(home / "cache")}


@pytest.fixture(scope="module")
def client(server, places):
    home, environment = places
    with Client(server.endpoint, home, **environment) as client:
        yield client
    assert not server.leaks


def test_a_foreign_repository_is_converted_once(client, server, places):
    commit = server.add("other/biggan", {**published_files(), "README.md": b"x"})
    loaded = client("load", "hf://other/biggan")
    assert loaded["class"] == "BigGANDeep"
    assert loaded["source"] == f"hf://other/biggan@{commit}"
    assert client("load", "hf://other/biggan") == loaded
    pulls = [line for line in server.requests if WEIGHTS in line and "GET" in line]
    assert len(pulls) == 1
    home, environment = places
    with Client("http://127.0.0.1:9", home, HF_HUB_OFFLINE="1", **environment) as away:
        assert away("load", "hf://other/biggan") == loaded
    assert "pytorch-pretrained-BigGAN" in client._read_errors()


def test_weights_of_nobody_known(client, server):
    server.add("other/model", {"pytorch_model.bin": b"x" * 100, CONFIG: b"{}"})
    with pytest.raises(ValueError, match=r"pytorch_model\.bin"):
        client("load", "hf://other/model")


def test_a_repository_without_weights(client, server):
    server.add("other/text", {"README.md": b"x"})
    with pytest.raises((ValueError, FileNotFoundError), match=r"has no config.json"):
        client("load", "hf://other/text")


def test_too_large_to_be_a_gan(server, monkeypatch):
    """Judged by the listing, before anything is downloaded."""
    from keras_gan_zoo.conversion import pull

    server.add("other/large", {"model.safetensors": b"x" * 1000})
    monkeypatch.setattr(pull, "LARGEST", 999)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", server.endpoint)
    before = [line for line in server.requests if "resolve" in line]
    with pytest.raises(ValueError, match=r"GiB of weights in 1 files"):
        pull.pull_repository("hf://other/large")
    assert before == [line for line in server.requests if "resolve" in line]
