"""Finds the folder of a preset by its name."""

import contextlib
import importlib
import os
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_gan_zoo.files import path_of, sha256
from keras_gan_zoo.near_names import did_you_mean, say_namesake
from keras_gan_zoo.presets import client, files, index
from keras_gan_zoo.typing import PathLike


@dataclass(frozen=True)
class Source:
    """Where a preset came from."""

    folder: Path
    handle: str  # a name, a folder, or "hf://user/repo@<commit>"
    digests: dict  # file -> sha256 in the zoo's index

    def __str__(self) -> str:
        return self.handle

    def verify(self, name: str, digest: Any) -> None:
        """Check a file's sha256; a bad one from the Hub is downloaded once more."""
        found = sha256(files.require(self.folder, name, self))
        again = self._fetched_again(name) if found != digest else None
        if again is not None:
            found = sha256(again)
        if found != digest:
            raise files.CorruptError(
                f"Preset `{self}` cannot be loaded: `{name}` is corrupt. "
                f"Expected: sha256 {digest!r:.80}. Received: {found}"
            )

    def read_json(self, name: str) -> dict[str, Any]:
        """Read a JSON file; a bad one from the Hub is downloaded once more.

        Raises: what `files.read_json` does.
        """
        try:
            return files.read_json(self.folder, name, self)
        except ValueError:
            if self._fetched_again(name) is None:
                raise
        return files.read_json(self.folder, name, self)

    def _fetched_again(self, name):
        """The path of a file from the Hub, downloaded past its cache, or None."""
        if self.handle.startswith("hf://"):
            with contextlib.suppress(ValueError, OSError):  # offline
                return client.fetch(self.handle, name, again=True)
        return None


def locate(preset: PathLike, revision: str | None = None) -> Source:
    """Find a preset: see `load_gan` for names and errors.

    Text that is an entry's name is the entry; a `Path` is a folder if there is one.
    """
    if not isinstance(preset, (str, os.PathLike)):
        raise ValueError(
            f"A preset identifier must be a string. Received: preset={preset!r}"
        )
    name = os.fspath(preset)
    if name.startswith("hf://"):
        return _from_repository(name, revision)
    if revision is not None:
        raise ValueError(
            "`revision` is for a Hub handle, for example "
            "`from_preset('hf://user/repo', revision='v1')`. "
            f"Received: preset={name!r}, revision={revision!r}"
        )
    if (
        not isinstance(preset, str)
        and not os.path.dirname(name)
        and Path(name).is_dir()
    ):
        name = f"./{name}"
    entries = index.read_index()
    if name in entries:
        say_namesake(name, "the zoo's entry of that name", stacklevel=5)
        return _from_zoo(name, entries[name])
    if name in _conversion().public_checkpoints():
        say_namesake(name, "the public checkpoint of that name", stacklevel=5)
        return Source(_conversion().preset_of(name), name, {})
    name = _path_of(name) if name.startswith("file://") else os.path.expanduser(name)
    path = path_of(name)
    if path.is_dir():
        return Source(path, name, {})
    if path.is_file() and path.suffix == ".keras":
        raise ValueError(
            "A preset is a folder. This is a whole model in one file: "
            f"`keras.saving.load_model({name!r})`. Received: preset={name!r}"
        )
    if path.is_file():
        raise ValueError(
            "A preset is a folder. If this file has others' public weights, convert "
            f"it: `keras-gan-zoo convert {name} FOLDER`. Received: preset={name!r}"
        )
    raise ValueError(
        f"Unknown preset identifier. {_hint(name, entries)}A preset must be one of:\n"
        f"1) a built-in preset identifier: {', '.join(map(repr, entries)) or 'none'}, "
        "or a public checkpoint of `keras-gan-zoo list --public`\n"
        "2) a Hugging Face handle like `'hf://username/dcgan_mnist'`\n"
        "3) a path to a local preset directory like `'./dcgan_mnist'`\n"
        f"Received: preset={name!r}"
    )


def _path_of(address):
    """The path in a `file://` address."""
    parts = urllib.parse.urlsplit(address)
    if parts.netloc not in ("", "localhost"):
        raise ValueError(
            "The address of a folder must have its whole path, like "
            f"'file:///home/me/my_gan'. Received: preset={address!r}"
        )
    return urllib.request.url2pathname(parts.path)


def _hint(name, entries):
    scheme, separator, _ = name.partition("://")
    if separator:
        return f"Nothing is downloaded from {scheme}://: download it first. "
    return did_you_mean(name, [*entries, *_conversion().public_checkpoints()])


def _conversion():
    """What converts public checkpoints, and stands above this in the imports."""
    return importlib.import_module("keras_gan_zoo.conversion.public")


def _is_ours(folder):
    return any((folder / name).is_file() for name in files.REQUIRED[2:])


def _from_repository(name, revision):
    """A repository with a preset, or with somebody else's weights, or with neither."""
    try:
        source = _from_hub(name, revision)
        if _is_ours(source.folder):
            return source
        found = _conversion().preset_of_repository(source.handle)
        return source if found is None else Source(*found, {})
    except ConnectionError:  # offline nobody knows that it never had a preset
        found = _conversion().preset_of_repository(name, revision)
        if found is None:
            raise
        return Source(*found, {})


def resolve(preset: PathLike, revision: str | None = None) -> Path:
    """The folder of a preset, downloaded if needed.

    Args:
        preset: a name, a Hub handle or a folder, as in `GAN.from_preset`.
        revision: str, branch, tag or commit of a Hub handle.

    Returns:
        `pathlib.Path`.
    """
    return locate(preset, revision).folder


def _from_hub(handle, revision, digests=None):
    folder, handle = client.download(handle, revision)
    return Source(folder, handle, digests or {})


def _from_zoo(name, entry):
    folder = index.zoo_folder() / name
    if folder.is_dir():
        source = Source(folder, name, entry["sha256"])
    elif entry.get("hf_handle"):
        source = _from_hub(entry["hf_handle"], entry.get("revision"), entry["sha256"])
    else:
        raise FileNotFoundError(
            f"The folder of zoo entry `{name}` is missing. Reinstall keras-gan-zoo."
        )
    for file in files.REQUIRED:
        source.verify(file, source.digests.get(file))
    return source
