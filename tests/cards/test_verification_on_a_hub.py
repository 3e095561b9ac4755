"""Cards on a Hub, by the real client over HTTP, in a process of its own."""

import json

import pytest
from hub_server import HubServer
from presets.hub_client import ME, TOKENS, careful_client, contents

import keras_gan_zoo as kgz
from keras_gan_zoo.cards import write_card


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What a repository of a scored preset holds."""
    gan = kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,), seed=1)
    settings = {"num_images": 40, "verify": False, "verbose": 0}
    report = kgz.score(gan, "digits:test", ["is", "fid"], **settings)
    folder = tmp_path_factory.mktemp("files") / "gan"
    gan.save_to_preset(folder, report=report)
    write_card(folder, "hf://me/gan")
    return contents(folder)


@pytest.fixture(scope="module")
def hub(files):
    with HubServer(TOKENS) as hub:
        card = files["README.md"].replace(
            b"type: frechet_distance\n      value: ",
            b"type: frechet_distance\n      value: 1",
        )
        assert card != files["README.md"]
        later = {**json.loads(files["scores.json"]), "format": 2}
        hub.add("me/gan", files)
        hub.add("me/edited", {**files, "README.md": card})
        hub.add("me/later", {**files, "scores.json": json.dumps(later).encode()})
        hub.add("me/hidden", files, private=True)
        hub.add("me/unscored", {k: v for k, v in files.items() if k != "scores.json"})
        yield hub


@pytest.fixture(scope="module")
def client(hub, tmp_path_factory):
    with careful_client(hub, tmp_path_factory.mktemp("home")) as client:
        yield client


def test_a_card_of_the_hub_holds(hub, client):
    found = client("verify", "hf://me/gan")
    assert found["verdict"] == "holds", found
    commit = hub.repos["me/gan"].resolve("main")
    assert found["preset"] == f"hf://me/gan@{commit}"
    assert found["reports"][0]["conditions"]["num_fake"] == 40


def test_an_edited_card_of_the_hub_does_not(client):
    found = client("verify", "hf://me/edited")
    assert found["verdict"] == "fails"
    assert "The metadata say FID (digits) 1" in found["problems"][0]


def test_weights_that_stay_corrupt(hub, client, files):
    repo = hub.add("me/corrupt", files)
    assert repo
    with hub.fault("GET /[0-9a-f]{64}", "corrupt", times=99):
        found = client("verify", "hf://me/corrupt", revision="main")
    assert found["verdict"] == "fails"
    assert "is corrupt" in found["problems"][0]


def test_a_private_card_takes_a_token_and_does_not_show_it(client):
    with pytest.raises(FileNotFoundError, match="if the repository is private"):
        client("verify", "hf://me/hidden")
    found = client("verify", "hf://me/hidden", metrics="fid", **ME)
    assert found["verdict"] == "holds"
    assert "hf_secret" not in json.dumps(found)


@pytest.mark.parametrize(
    ("name", "error", "why"),
    [
        ("later", ValueError, "of a newer version"),
        ("unscored", FileNotFoundError, "nothing to repeat"),
        ("nothing", FileNotFoundError, "The Hub shows no model"),
    ],
)
def test_what_there_is_nothing_to_say_of(client, name, error, why):
    with pytest.raises(error, match=why):
        client("verify", f"hf://me/{name}")
