"""Presets through the real client, against a Hub on 127.0.0.1."""

import errno
import json
import shutil
import socket

import pytest

import keras_gan_zoo.presets.client
from keras_gan_zoo.presets import weights_sha256
from presets.hub_client import ME, Client, contents
from presets.tiny_gans import FILES

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
    with pytest.raises(PermissionError, match="must be requested"):
        client("load", "hf://you/gated", **ME)


@pytest.mark.parametrize(
    "token",
    ["hf_secret_stale", "hf_secret\x07me", "\N{LEFT DOUBLE QUOTATION MARK}hf_x"],
)
def test_bad_token(client, repo, token):
    with pytest.raises(PermissionError, match="hf auth login"):
        client("load", f"hf://{repo[0]}", HF_TOKEN=token)


def test_half_a_copy_in_the_cache_is_no_copy(server, saved, repo, tmp_path):
    """An interrupted download, or one of a single file: the client does not tell."""
    repo_id, commit = repo
    cache = tmp_path / "hub" / f"models--{repo_id.replace('/', '--')}"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs" / "main").write_text(commit)
    copy = cache / "snapshots" / commit
    copy.mkdir(parents=True)
    with Client(server.endpoint, tmp_path, HF_HUB_OFFLINE="1") as offline:
        for name in sorted(FILES):
            with pytest.raises(ConnectionError, match="no complete copy"):
                offline("load", f"hf://{repo_id}")
            shutil.copy(saved / "gan" / name, copy / name)
        assert offline("load", f"hf://{repo_id}")["class"] == "GAN"


def test_no_preset(client, server):
    server.add("me/other", {"model.safetensors": b"x", "README.md": b"x"})
    with pytest.raises(ValueError, match=r"hf://me/other@\w+/model\.safetensors"):
        client("load", "hf://me/other")


def test_malformed(client, server, repo):
    server.add(repo[0], {**server.files(repo[0]), "config.json": b"{"})
    with pytest.raises(ValueError, match=r"config.json` is not valid JSON"):
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


@pytest.mark.parametrize("name", ["config.json", "task.json", "metadata.json"])
def test_a_damaged_copy_in_the_cache_is_fetched_again(
    server, saved, repo, tmp_path, name
):
    with Client(server.endpoint, tmp_path) as client:
        expected = client("load", f"hf://{repo[0]}")
        (copy,) = tmp_path.rglob(f"snapshots/*/{name}")
        copy.resolve().write_bytes(copy.read_bytes()[:-20])
        assert client("load", f"hf://{repo[0]}") == expected


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


@pytest.mark.parametrize("status", [429, 503])
def test_the_hub_is_there_but_does_not_serve(client, server, repo, status):
    with (
        server.fault("GET /api/models", status, times=100),
        pytest.raises(ConnectionError, match=f"status {status}.*bad day") as caught,
    ):
        client("load", f"hf://{repo[0]}")
    assert "HF_HUB_OFFLINE" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 403, 409, 412, 413])
def test_what_the_hub_says_of_an_upload_is_told(client, server, saved, repo, status):
    with (
        server.fault("POST .*/commit/", status, times=100),
        pytest.raises((ValueError, PermissionError)) as caught,
    ):
        client("upload", f"hf://{repo[0]}", str(saved / "wgan"), **ME)
    assert f"(status {status}): The server has a bad day." in str(caught.value)
    assert ("write access" in str(caught.value)) == (status == 403)


def test_reading_needs_no_write_access(client, server, repo):
    with (
        server.fault("GET /api/models", 403, times=100),
        pytest.raises(PermissionError, match=r"status 403.*bad day.*reading") as caught,
    ):
        client("load", f"hf://{repo[0]}")
    assert "writ" not in str(caught.value)


def test_the_hubs_words_are_told_without_the_token():
    from huggingface_hub import errors
    from huggingface_hub.utils import httpx

    headers = {"Authorization": "Bearer hf_secret_me"}
    request = httpx.Request("POST", "http://127.0.0.1/api", headers=headers)
    response = httpx.Response(413, request=request)
    words = "No\n\x1b[2J room for hf_secret_me. " + 500 * "x"
    with (
        pytest.raises(
            ValueError, match=r"413\): No \?\[2J room for \.\.\.\."
        ) as caught,
        keras_gan_zoo.presets.client.clear_errors("hf://me/gan"),
    ):
        raise errors.HfHubHTTPError("", response=response, server_message=words)
    assert "hf_secret" not in str(caught.value)
    assert len(str(caught.value)) < 400


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
        with pytest.raises(ConnectionError, match="HF_HUB_OFFLINE") as caught:
            client("upload", "hf://me/offline", str(saved / "gan"))
        assert "cache" not in str(caught.value)
        next(tmp_path.rglob("model.weights.h5")).resolve().write_bytes(b"x")
        with pytest.raises(ValueError, match="is corrupt"):
            client("load", "hf://me/offline")
    assert len(server.requests) == before
    with Client(f"http://127.0.0.1:{free_port()}", tmp_path / "empty") as client:
        with pytest.raises(ConnectionError, match="can't be reached"):
            client("load", "hf://me/offline")
        with pytest.raises(ConnectionError, match="Try again"):
            client("upload", "hf://me/offline", str(saved / "gan"), token="hf_x")


def test_full_disk():
    with (
        pytest.raises(OSError, match=r"disk is full.*HF_HOME") as caught,
        keras_gan_zoo.presets.client.clear_errors("hf://me/gan"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.errno == errno.ENOSPC
