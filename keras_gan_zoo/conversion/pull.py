"""Downloads the files of a public checkpoint, and remembers what they were.

What was pulled lies in the cache with a record of its sha256: a digest that is not
known beforehand is recorded at the first pull and checked ever after.
"""

import contextlib
import errno
import fnmatch
import json
import os
import urllib.error
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo.files import sha256, write_json
from keras_gan_zoo.presets import client

RECORD = "pulled.json"
LARGEST = 4 * 2**30  # bytes
#: what a foreign repository may have that a conversion reads
PATTERNS = (
    *("*.bin", "*.pth", "*.pt", "*.pkl", "*.safetensors"),
    *("*.json", "*.yaml"),
)


def pull(name: str, row: dict[str, Any], folder: Path) -> Path:
    """The files of a public checkpoint, downloaded if they are not in the cache.

    Args:
        name: str, for messages.
        row: its row in the index of public checkpoints.
        folder: where the files of a plain address go, and the record of all.

    Returns:
        The folder, or the file if there is one alone.

    Raises:
        FileNotFoundError: a file is no longer there.
        ConnectionError: the host can't be reached, or broke off.
        OSError: the disk is full.
        ValueError: a file has another sha256 than it is known or was pulled with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if "hub" in row:
        return _pull_from_hub(name, row, folder)
    for file, known in row["files"].items():
        path = folder / file
        if not path.is_file():
            _download(row["url"] + file, path)
        _check(name, path, file, known.get("sha256"), folder)
    files = list(row["files"])
    return folder / files[0] if len(files) == 1 else folder


def pull_repository(
    handle: str, revision: str | None = None, patterns: tuple = PATTERNS
) -> tuple[Path, str]:
    """A repository's files that may be weights, and its handle with the commit.

    Raises:
        ValueError: they are too many to be those of a GAN.
    """
    with contextlib.suppress(ConnectionError):  # then the cache may have them
        _check_size(handle, revision, patterns)
    return client.download(handle, revision, patterns)


def _check_size(handle, revision, patterns):
    from huggingface_hub import HfApi

    uri = client.parse(handle)
    with client.clear_errors(handle):
        tree = HfApi(**client.library()).list_repo_tree(
            uri.id, revision=revision or uri.revision, recursive=True
        )
        sizes = {
            entry.path: entry.size
            for entry in tree
            if hasattr(entry, "size") and _fits(entry.path, patterns)
        }
    if sum(sizes.values()) > LARGEST:
        raise ValueError(
            f"`{handle}` has {sum(sizes.values()) / 2**30:.1f} GiB of weights in "
            f"{len(sizes)} files, and at most {LARGEST / 2**30:.0f} GiB are taken for "
            "those of a GAN. Download the files that you mean, and convert them: "
            "`keras-gan-zoo convert FOLDER OUT`."
        )


def _pull_from_hub(name, row, folder):
    handle = f"hf://{row['hub']}"
    found, handle = pull_repository(handle, row.get("revision"), tuple(row["patterns"]))
    runs = sorted({path.parent for path in _matching(found, row["patterns"])})
    if not runs:
        raise FileNotFoundError(
            f"`{handle}` has none of the files of `{name}`: "
            f"{', '.join(row['patterns'])}. It may have moved them."
        )
    run = runs[-1]  # the newest: their names end in a date
    for path in _matching(run, ["*"]):
        file = str(path.relative_to(found))
        known = row.get("files", {}).get(file, {}).get("sha256")
        _check(name, path, file, known, folder)
    files = [path for path in run.iterdir() if path.is_file()]
    return files[0] if len(files) == 1 else run


def _recorded(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # not there yet, or spoilt: it is written anew
        return {}


def _matching(folder, patterns):
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _fits(str(path.relative_to(folder)), patterns)
    ]


def _fits(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _download(address, path):
    """Under another name until it is whole; Keras shows the progress."""
    part = f".{path.name}.part"
    (path.parent / part).unlink(missing_ok=True)
    try:
        found = keras.utils.get_file(
            part, address, cache_subdir="", cache_dir=str(path.parent)
        )
    except Exception as error:  # Keras has a plain one for what urllib raises
        (path.parent / part).unlink(missing_ok=True)
        raise _clear(error, address) from error
    os.replace(found, path)


def full_disk(what: str) -> OSError:
    """The error for what does not fit in the cache."""
    return OSError(
        errno.ENOSPC,
        f"The disk is full: {what} does not fit in the cache. Free some space, or move "
        "the cache with KERAS_GAN_ZOO_CACHE",
    )


def _clear(error, address):
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, urllib.error.HTTPError) and cause.code in (404, 410):
        return FileNotFoundError(
            f"{address} is no longer there (status {cause.code}). If it has moved, "
            "download it by hand and convert it: `keras-gan-zoo convert FILE OUT`."
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return full_disk(address)
    return ConnectionError(
        f"{address} could not be downloaded ({type(cause).__name__}: {cause}). Check "
        "the connection and try again, or download it by hand and convert it: "
        "`keras-gan-zoo convert FILE OUT`."
    )


def _check(name, path, file, known, folder):
    """Check a file's sha256, known or recorded; record it at the first pull."""
    found = sha256(path)
    record = _recorded(folder / RECORD)
    expected = known or record.get(file, {}).get("sha256") or ""
    if not found.startswith(expected):  # a name may tell the first digits alone
        path.unlink()
        raise ValueError(
            f"`{file}` of `{name}` is not the file that it was. Expected: sha256 "
            f"{expected}. Received: {found}. It was removed: try again, and if it "
            "stays so, its publisher has changed it."
        )
    if file not in record:
        record[file] = {"sha256": found, "bytes": path.stat().st_size}
        write_json(folder / RECORD, record)
