"""Presets through the real client, against a Hub on 127.0.0.1."""

import errno
import json
import shutil
import socket
import threading

import pytest
from hub_client import Client
from hub_server import HubServer

from keras_gan_zoo.presets import client as hub_client
from keras_gan_zoo.presets import weights_sha256

TOKENS = {"hf_secret_me": "me", "hf_secret_you": "you", "hf_secret_read": "me-read"}
ME = {"HF_TOKEN": "hf_secret_me"}


@pytest.fixture(scope="module")
def server():
    threads = threading.active_count()
    with HubServer(TOKENS) as started:
        yield started
    assert threading.active_count() <= threads


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    """Checks at the end that no token was ever printed or sent elsewhere."""
    with Client(server.endpoint, tmp_path_factory.mktemp("home")) as client:
        yield client
    assert "hf_secret" not in client.stderr
    assert server.leaks == []


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def repo(server, saved):
    """A public repository of the test's own, and its first commit."""
    repo_id = f"me/gan-{len(server.repos)}"
    commit = server.add(repo_id, contents(saved / "gan"))
    return repo_id, commit


# === Pulling ===


def test_load(client, server, gans, repo):
    repo_id, commit = repo
    assert client("load", f"hf://{repo_id}") == {
        "class": "GAN",
        "sha256": weights_sha256(gans["gan"].ema_generator),
        "source": f"hf://{repo_id}@{commit}",
    }
    assert any(agent.startswith("keras_gan_zoo/") for agent in server.agents)


def test_load_again_reads_the_cache(client, server, repo):
    client("load", f"hf://{repo[0]}")
    before = len(server.requests)
    client("load", f"hf://{repo[0]}")
    assert len(server.requests) == before + 1  # what is main now?
    client("load", f"hf://{repo[0]}@{repo[1]}")
    assert len(server.requests) == before + 1  # a commit is what it is


def test_only_the_files_of_the_format_are_fetched(client, server, repo):
    other = {"evil.pkl": b"x", "notes.txt": b"x", "sub/config.json": b"{}"}
    server.add(repo[0], {**server.files(repo[0]), **other})
    client("load", f"hf://{repo[0]}")
    fetched = " ".join(line for line in server.requests if repo[0] in line)
    assert not any(name in fetched for name in other)


@pytest.mark.parametrize("by", ["handle", "argument", "both"])
def test_revision(client, server, gans, saved, repo, by):
    repo_id, _ = repo
    tagged = server.add(repo_id, contents(saved / "wgan"), ref="v1")
    handle = f"hf://{repo_id}" + ("@v1" if by != "argument" else "")
    kwargs = {"revision": "v1"} if by != "handle" else {}
    loaded = client("load", handle, **kwargs)
    assert loaded["source"] == f"hf://{repo_id}@{tagged}"
    assert loaded["sha256"] == weights_sha256(gans["wgan"].ema_generator)


def test_two_revisions(client, repo):
    with pytest.raises(ValueError, match="Give one revision"):
        client("load", f"hf://{repo[0]}@v1", revision="v2")


def test_unknown_revision(client, repo):
    with pytest.raises(ValueError, match="no such revision"):
        client("load", f"hf://{repo[0]}@v9")


@pytest.mark.parametrize(
    "handle",
    ["hf://gan", "hf://", "hf://a/b/c.json", "hf://datasets/a/b", "hf://a b/c"],
)
def test_wrong_handle(client, handle):
    with pytest.raises(ValueError, match="Unexpected Hugging Face preset"):
        client("load", handle)


def test_not_found_or_private(client, server, saved):
    server.add("you/private", contents(saved / "gan"), private=True)
    for name in ("you/private", "you/nothing"):
        for token in ({}, ME):
            with pytest.raises(FileNotFoundError, match="Check the name; if"):
                client("load", f"hf://{name}", **token)
    you = {"HF_TOKEN": "hf_secret_you"}
    assert client("load", "hf://you/private", **you)["class"] == "GAN"


def test_gated(client, server, saved):
    server.add("you/gated", contents(saved / "gan"), gated=True)
    with pytest.raises(PermissionError, match="must be asked for"):
        client("load", "hf://you/gated", **ME)


@pytest.mark.parametrize("token", ["hf_secret_stale", "hf_secret\x07me"])
def test_bad_token(client, repo, token):
    with pytest.raises(PermissionError, match="hf auth login"):
        client("load", f"hf://{repo[0]}", HF_TOKEN=token)


def test_no_preset(client, server):
    server.add("me/other", {"model.safetensors": b"x", "README.md": b"x"})
    with pytest.raises(ValueError, match=r"has no config.json. Make sure the URI"):
        client("load", "hf://me/other")


def test_malformed(client, server, repo):
    server.add(repo[0], {**server.files(repo[0]), "config.json": b"{"})
    with pytest.raises(ValueError, match=r"config.json` is no valid JSON"):
        client("load", f"hf://{repo[0]}")


# === Faults ===


def test_corrupt_once_is_fetched_again(client, server, gans, repo):
    with server.fault("GET /[0-9a-f]{64}", "corrupt") as fault:
        loaded = client("load", f"hf://{repo[0]}")
    assert fault.times == 0
    assert loaded["sha256"] == weights_sha256(gans["gan"].ema_generator)
    before = len(server.requests)
    client("load", f"hf://{repo[0]}@{repo[1]}")  # the cache is sound again
    assert len(server.requests) == before


def test_corrupt_for_ever(client, server, repo):
    metadata = json.loads(server.files(repo[0])["metadata.json"])
    metadata["sha256"]["model.weights.h5"] = "0" * 64
    changed = {**server.files(repo[0]), "metadata.json": json.dumps(metadata).encode()}
    server.add(repo[0], changed)
    before = sum("resolve" in line and "GET" in line for line in server.requests)
    with pytest.raises(ValueError, match=r"`model.weights.h5` is corrupt"):
        client("load", f"hf://{repo[0]}")
    assert before < sum("resolve" in line for line in server.requests)


def test_cut_is_retried(client, server, gans, repo):
    with server.fault("GET /[0-9a-f]{64}", "cut") as fault:
        loaded = client("load", f"hf://{repo[0]}")
    assert fault.times == 0
    assert loaded["sha256"] == weights_sha256(gans["gan"].ema_generator)


def test_cut_for_ever(client, server, repo):
    with (
        server.fault("GET /[0-9a-f]{64}", "cut", times=100),
        pytest.raises(ConnectionError, match="Try again"),
    ):
        client("load", f"hf://{repo[0]}")


@pytest.mark.parametrize("pattern", ["GET /api/models", "GET /[0-9a-f]{64}"])
def test_server_error(client, server, repo, pattern):
    with (
        server.fault(pattern, 500, times=100),
        pytest.raises(ConnectionError, match="Hub"),
    ):
        client("load", f"hf://{repo[0]}")


# === Offline ===


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_offline(server, saved, tmp_path):
    """What was loaded once loads offline, by `HF_HUB_OFFLINE` or a dead server."""
    commit = server.add("me/offline", contents(saved / "gan"))
    server.add("me/never", contents(saved / "gan"))
    with Client(server.endpoint, tmp_path) as online:
        expected = online("load", "hf://me/offline")
    before = len(server.requests)
    with Client(server.endpoint, tmp_path, HF_HUB_OFFLINE="1") as client:
        assert client("load", "hf://me/offline") == expected
        assert client("load", f"hf://me/offline@{commit}") == expected
        with pytest.raises(ConnectionError, match="HF_HUB_OFFLINE"):
            client("load", "hf://me/never")
        with pytest.raises(ConnectionError, match="HF_HUB_OFFLINE"):
            client("upload", "hf://me/offline", str(saved / "gan"))
        next(tmp_path.rglob("model.weights.h5")).resolve().write_bytes(b"x")
        with pytest.raises(ValueError, match="is corrupt"):
            client("load", "hf://me/offline")
    assert len(server.requests) == before
    with Client(f"http://127.0.0.1:{free_port()}", tmp_path / "empty") as client:
        with pytest.raises(ConnectionError, match="can't be reached"):
            client("load", "hf://me/offline")
        with pytest.raises(ConnectionError, match="Try again"):
            client("upload", "hf://me/offline", str(saved / "gan"), token="hf_x")


# === Publishing ===


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
    assert 'from_preset("hf://me/new")' in card
    loaded = client("load", "hf://me/new")
    assert loaded["sha256"] == weights_sha256(gans["gan"].ema_generator)


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
    with pytest.raises(ValueError, match="must be of the weights"):
        client("upload", "hf://me/scores", str(preset), **ME)
    assert "me/scores" not in server.repos


@pytest.mark.parametrize(
    "uri", ["me/gan", "hf://gan", "hf://me/gan@v1", "kaggle://a/b"]
)
def test_wrong_uri(client, preset, uri):
    with pytest.raises(ValueError, match=r"Received: (preset|uri)="):
        client("upload", uri, str(preset), **ME)


def test_full_disk():
    with (
        pytest.raises(OSError, match=r"disk is full.*HF_HOME") as caught,
        hub_client.clear_errors("hf://me/gan"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.errno == errno.ENOSPC
