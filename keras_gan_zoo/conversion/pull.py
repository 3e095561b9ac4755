"""Downloads the files of a public checkpoint, and remembers what they were.

What was pulled lies in the cache with a record of its sha256: a digest that is not
known beforehand is recorded when the file was first read, and checked ever after.
"""

import contextlib
import errno
import fnmatch
import json
import os
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras

from keras_gan_zoo.conversion.files import WEIGHTS, Files
from keras_gan_zoo.files import sha256, write_json
from keras_gan_zoo.presets import client
from keras_gan_zoo.weight_files.tensor import UnreadableError

RECORD = "pulled.json"
LARGEST = 4 * 2**30  # bytes
#: what a foreign repository may have that a conversion reads
PATTERNS = (*(f"*{ending}" for ending in WEIGHTS), "*.json", "*.yaml")


class Pulled(NamedTuple):
    """What was pulled of a checkpoint.

    Attributes:
        name: str, of the checkpoint.
        path: the folder, or the file if there is one alone.
        places: dict, the name of a file in the record -> where it lies.
        folder: where the record is.
    """

    name: str
    path: Path
    places: dict[str, Path]
    folder: Path


def pull(name: str, row: dict[str, Any], folder: Path) -> Pulled:
    """The files of a public checkpoint, downloaded if they are not in the cache.

    Args:
        name: str, for messages.
        row: its row in the index of public checkpoints.
        folder: where the files of a plain address go, and the record of all.

    Returns:
        `Pulled`, whose `path` is to be read within `recorded`.

    Raises:
        FileNotFoundError: a file is no longer there.
        ConnectionError: the host can't be reached, or broke off.
        OSError: the disk is full.
        ValueError: a file has another sha256 than it is known or was pulled with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if "hub" in row:
        return _pull_from_hub(name, row, folder)
    places = {file: folder / file for file in row["files"]}
    for file, path in places.items():
        if not path.is_file():
            _download(row["url"] + file, path)
        _check(name, path, file, row["files"][file].get("sha256"), folder)
    path = next(iter(places.values())) if len(places) == 1 else folder
    return Pulled(name, path, places, folder)


@contextlib.contextmanager
def recorded(pulled: Pulled, files: Files) -> Iterator[None]:
    """Record the sha256 of files that are read; drop all if one can't be.

    What a host answers in place of a file, such as a page to log in, is no truth to
    hold the next download to.
    """
    record = _recorded(pulled.folder / RECORD)
    try:
        yield
    except UnreadableError as error:
        for file, path in pulled.places.items():
            _drop(path)
            record.pop(file, None)
        write_json(pulled.folder / RECORD, record)
        raise UnreadableError(
            f"{error}. What was downloaded for `{pulled.name}` was removed from "
            f"{pulled.path}: try again. If that changes nothing, something else than "
            "the file is sent: download it by hand and convert it, "
            "`keras-gan-zoo convert FILE OUT`."
        ) from error
    read = {files.place(file) for file in files.read}
    for file, path in pulled.places.items():
        if path in read and file not in record:
            record[file] = {"sha256": sha256(path), "bytes": path.stat().st_size}
    write_json(pulled.folder / RECORD, record)


def _drop(path):
    """Remove a file, and what it links to, as those of the Hub's client do."""
    content = path.resolve()
    path.unlink(missing_ok=True)
    content.unlink(missing_ok=True)


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
    places = {str(path.relative_to(found)): path for path in _matching(run, ["*"])}
    for file, path in places.items():
        known = row.get("files", {}).get(file, {}).get("sha256")
        _check(name, path, file, known, folder)
    files = [path for path in run.iterdir() if path.is_file()]
    return Pulled(name, files[0] if len(files) == 1 else run, places, folder)


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
    """Check a file's sha256, if it is known or recorded; drop another file."""
    found = sha256(path)
    expected = known or _recorded(folder / RECORD).get(file, {}).get("sha256") or ""
    if found.startswith(expected):  # a name may tell the first digits alone
        return
    _drop(path)
    new = "" if known else f" Remove {folder / RECORD} to take what there is now."
    raise ValueError(
        f"`{file}` of `{name}` is not the file that it was. Expected: sha256 "
        f"{expected}. Received: {found}. It was removed from {path.parent}: try again, "
        f"and if it stays so, its publisher has changed it.{new}"
    )
