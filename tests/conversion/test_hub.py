"""Repositories in somebody else's layout, through the real client of the Hub."""

import pytest
from conversion.test_public import CONFIG, WEIGHTS, published_files
from hub_server import HubServer
from presets.hub_client import TOKENS, Client

from keras_gan_zoo import GAN
from keras_gan_zoo.conversion import public

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server():
    with HubServer(TOKENS) as started:
        yield started


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    home = tmp_path_factory.mktemp("home") / ".cache"  # where the Hub's is by default
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
    message = r"pytorch_model\.bin.*is in .*models--other--model: remove that folder"
    with pytest.raises(ValueError, match=message):
        client("load", "hf://other/model")


RUN = "runs/a-train-2022_01/"


@pytest.fixture
def named_checkpoint(server, tmp_path, monkeypatch):
    """A name for a run in a repository, and an empty cache."""
    row = {"hub": "other/runs", "patterns": ["runs/a-train-*/*"]}
    monkeypatch.setattr(public, "public_checkpoints", lambda: {"tiny": row})
    settings = {
        "ENDPOINT": server.endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": f"{server.endpoint}/{{repo_id}}/resolve/"
        "{revision}/{filename}",
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_CACHE": str(tmp_path / ".cache/huggingface"),
    }
    for name, value in settings.items():
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / ".cache/zoo"))
    return "tiny"


def test_a_run_by_its_name(named_checkpoint, server):
    its = {f"{RUN}{name}": content for name, content in published_files().items()}
    server.add("other/runs", {**its, "runs/b-train-2023_01/x.bin": b"x"})
    assert type(GAN.from_preset(named_checkpoint)).__name__ == "BigGANDeep"


def test_what_can_not_be_read_is_downloaded_again(named_checkpoint, server, tmp_path):
    its = {f"{RUN}{name}": content for name, content in published_files().items()}
    server.add("other/runs", its)
    with (
        server.fault(f"GET .*{WEIGHTS}", "corrupt"),  # of the right length
        pytest.raises(ValueError, match=r"was removed from .*try again"),
    ):
        GAN.from_preset(named_checkpoint)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in left if "blobs" in path.parts]
    assert type(GAN.from_preset(named_checkpoint)).__name__ == "BigGANDeep"


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
