"""upload_preset through the real client, against a Hub on 127.0.0.1."""

import json
import shutil
from types import SimpleNamespace

import keras
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import publishing, weights_sha256
from presets.hub_client import ME
from presets.tiny_gans import FILES, tiny_gan


def test_upload_makes_the_repository_in_one_commit(client, server, gans, preset):
    (preset / ".DS_Store").write_bytes(b"x")
    (preset / "training.log").write_text("x")
    address = client("upload", "hf://me/new", str(preset), **ME)
    assert address.startswith(f"{server.endpoint}/me/new/commit/")
    assert server.repos["me/new"].titles == [
        "initial commit",
        "Upload a keras_gan_zoo preset",
    ]
    pushed = server.files("me/new")
    ours = {"config.json", "task.json", "metadata.json", "README.md"}
    weights = {"model.weights.h5", "task.weights.h5"}
    assert pushed.keys() == ours | weights | {".gitattributes"}
    for name in weights:
        assert pushed[name] == (preset / name).read_bytes()
    card = pushed["README.md"].decode()
    assert "library_name: keras" in card
    assert "pipeline_tag: unconditional-image-generation" in card
    assert 'from_preset("hf://me/new")' in card
    loaded = client("load", "hf://me/new")
    assert loaded["sha256"] == weights_sha256(gans["gan"].ema_generator)


def test_a_conditional_gan_has_no_unconditional_pipeline():
    card = publishing._short_card("me/mine", is_conditional=True).decode()
    assert "tags:" in card
    assert "pipeline_tag" not in card


def test_upload_private(client, server, preset):
    client("upload", "hf://me/hidden", str(preset), private=True, **ME)
    assert server.repos["me/hidden"].private
    with pytest.raises(FileNotFoundError):
        client("load", "hf://me/hidden")
    assert client("load", "hf://me/hidden", **ME)["class"] == "GAN"


def test_upload_again(client, server, preset, saved):
    client("upload", "hf://me/again", str(preset), **ME)
    count = len(server.repos["me/again"].titles)
    client("upload", "hf://me/again", str(preset), **ME)
    assert len(server.repos["me/again"].titles) == count  # nothing changed
    shutil.copytree(saved / "wgan", preset, dirs_exist_ok=True)
    client("upload", "hf://me/again", str(preset), commit_message="v2", **ME)
    assert server.repos["me/again"].titles[-1] == "v2"
    assert client("load", "hf://me/again")["class"] == "WGAN"


def test_readme_of_the_hub_stays_unless_the_folder_has_one(client, server, preset):
    server.add("me/card", {"README.md": b"by a person"})
    client("upload", "hf://me/card", str(preset), **ME)
    assert server.files("me/card")["README.md"] == b"by a person"
    (preset / "README.md").write_text("---\nlicense: mit\n---\nmine")
    client("upload", "hf://me/card", str(preset), **ME)
    assert b"mine" in server.files("me/card")["README.md"]


def test_no_path_of_a_recipe_is_uploaded(client, server, preset):
    recipe = {"family": "GAN", "data": "/home/alice/private/mnist"}
    (preset / "recipe.json").write_text(json.dumps(recipe))
    client("upload", "hf://me/paths", str(preset), **ME)
    pushed = json.loads(server.files("me/paths")["recipe.json"])
    assert pushed == {**recipe, "data": "./mnist:train"}
    assert json.loads((preset / "recipe.json").read_text()) == recipe


EXAMPLE = 'gan = kgz.GAN.from_preset("{}")\nimages = gan.generate(16, seed=0)\n'


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("./gan", "hf://me/told"),
        ("hf://typo/gan", "hf://me/told"),
        ("hf://me/told@v1", "hf://me/told@v1"),
        ("dcgan_mnist", "dcgan_mnist"),
    ],
)
def test_a_card_on_the_hub_loads_from_there(client, server, preset, address, expected):
    (preset / "README.md").write_text(f"See {address}.\n{EXAMPLE.format(address)}")
    client("upload", "hf://me/told", str(preset), **ME)
    card = server.files("me/told")["README.md"].decode()
    assert EXAMPLE.format(expected) in card
    assert f"See {expected}." in card
    assert address in (preset / "README.md").read_text()


def test_invalid_card(client, preset):
    (preset / "README.md").write_text("---\nlicense: [\n---\nmine")
    with pytest.raises(ValueError, match=r"Invalid metadata in README.md"):
        client("upload", "hf://me/invalid", str(preset), **ME)


def test_pull_request(client, server, preset):
    main = server.add("you/theirs", {"README.md": b"theirs"})
    address = client("upload", "hf://you/theirs", str(preset), create_pr=True, **ME)
    assert address == f"{server.endpoint}/you/theirs/discussions/1"
    assert server.repos["you/theirs"].refs["main"] == main
    assert client("load", "hf://you/theirs@refs/pr/1")["class"] == "GAN"


@pytest.mark.parametrize("token", [None, "hf_secret_stale", "hf_secret_read"])
def test_upload_needs_a_token_that_may_write(client, server, preset, token):
    with pytest.raises(PermissionError, match=r"token|login"):
        client("upload", "hf://me/refused", str(preset), HF_TOKEN=token)
    assert "me/refused" not in server.repos


def test_upload_to_another_user(client, server, preset):
    server.add("you/own", {"README.md": b"theirs"})
    with pytest.raises(PermissionError, match="may not do this"):
        client("upload", "hf://you/own", str(preset), **ME)


def test_folder_that_does_not_load_is_not_pushed(client, server, preset):
    (preset / "task.json").write_text("{}")
    with pytest.raises(ValueError, match="cannot be loaded"):
        client("upload", "hf://me/broken", str(preset), **ME)
    (preset / "task.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"task\.json"):
        client("upload", "hf://me/broken", str(preset), **ME)
    with pytest.raises(FileNotFoundError, match="doesn't exist"):
        client("upload", "hf://me/broken", str(preset / "nowhere"), **ME)
    assert "me/broken" not in server.repos


@pytest.mark.parametrize("scores", ["{}", '{"conditions": {"generator_sha256": "0"}}'])
def test_scores_of_other_weights_are_not_pushed(client, server, preset, scores):
    (preset / "scores.json").write_text(scores)
    with pytest.raises(ValueError, match="must be of the saved weights"):
        client("upload", "hf://me/scores", str(preset), **ME)
    assert "me/scores" not in server.repos


@pytest.mark.parametrize(
    "uri", ["me/gan", "hf://gan", "hf://me/gan@v1", "kaggle://a/b"]
)
def test_wrong_uri(client, preset, uri):
    with pytest.raises(ValueError, match=r"Received: (preset|uri)="):
        client("upload", uri, str(preset), **ME)


class Doubling(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_folder_that_lacks_a_file_is_named(preset, name):
    (preset / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"`{name}` doesn't exist"):
        kgz.upload_preset("hf://me/own", preset)


def test_files_that_are_gone_are_deleted_on_the_hub(client, server, preset):
    for name in ("recipe.json", "samples.png", "notes.txt"):
        (preset / name).write_text("{}")
    server.add("me/gone", {"mine.txt": b"by a person", "scores.json": b"{}"})
    client("upload", "hf://me/gone", str(preset), **ME)
    assert {"recipe.json", "samples.png"} <= server.files("me/gone").keys()
    assert "scores.json" not in server.files("me/gone")
    (preset / "recipe.json").unlink()
    (preset / "samples.png").unlink()
    client("upload", "hf://me/gone", str(preset), **ME)
    found = server.files("me/gone").keys()
    assert not {"recipe.json", "samples.png"} & found
    assert FILES | {"mine.txt", "README.md"} <= found


def test_a_card_of_other_weights_does_not_stay_on_the_hub(client, server, preset):
    card = f"| generator sha256 | {'0' * 64} |".encode()
    server.add("me/stale", {"README.md": card})
    with pytest.raises(ValueError, match="card on the Hub is of other weights"):
        client("upload", "hf://me/stale", str(preset), **ME)
    assert server.files("me/stale") == {"README.md": card}


def test_own_layers_can_be_published(monkeypatch, tmp_path):
    """The folder is loaded first: with the caller's classes."""
    latents = keras.Input((4,))
    x = Doubling()(keras.layers.Dense(36)(latents))
    generator = keras.Model(latents, keras.layers.Reshape((6, 6, 1))(x))
    kgz.GAN(generator, tiny_gan().discriminator).save_to_preset(tmp_path / "own")
    pushed = []

    class Hub:
        def __init__(self, **_):
            pass

        def create_repo(self, repo_id, **_):
            return SimpleNamespace(repo_id=repo_id)

        def list_repo_files(self, *_):
            return []

        def create_commit(self, repo_id, operations, **_):
            pushed.extend(operation.path_in_repo for operation in operations)
            return SimpleNamespace(pr_url=None, commit_url="https://hub/commit")

    monkeypatch.setattr("huggingface_hub.HfApi", Hub)
    with pytest.raises(ValueError, match=r"(?s)holds `Doubling`.*custom_objects"):
        kgz.upload_preset("hf://me/own", tmp_path / "own")
    assert pushed == []
    kgz.upload_preset(
        "hf://me/own", tmp_path / "own", custom_objects={"Doubling": Doubling}
    )
    assert "model.weights.h5" in pushed
