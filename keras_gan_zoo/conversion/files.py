"""The files of a checkpoint: one file, or a folder."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan_zoo.files import path_of
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weight_files import Weights, read_weights
from keras_gan_zoo.weight_files.tensor import UnreadableError

#: how files end that may hold weights
WEIGHTS = (".bin", ".pth", ".pt", ".pkl", ".safetensors")
LARGEST_TEXT = 2**20  # bytes of a configuration


class Files:
    """What lies at `path`: names, and their content when it is asked for.

    Args:
        path: a file, or a folder.
        name: str, what messages call it; by default the path.

    Attributes:
        names: tuple of str, relative to the folder.
        broken: dict, the name of each file that was found to hold no weights -> its
            error.

    Raises:
        FileNotFoundError: nothing is there.
    """

    def __init__(self, path: PathLike, name: str | None = None) -> None:
        self.path = path_of(path)
        self._name = name or str(path)
        self._found: dict[str, Any] = {}  # what is in a file
        self._asked: dict[str, None] = {}  # in the order that they were asked for
        self.broken: dict[str, UnreadableError] = {}
        if self.path.is_file():
            self._folder = self.path.parent
            self.names: tuple[str, ...] = (self.path.name,)
        elif self.path.is_dir():
            self._folder = self.path
            below = (
                file.relative_to(self.path)
                for file in sorted(self.path.rglob("*"))
                if file.is_file()
            )
            # A Hub's client keeps notes of its own in the folder that it fills.
            self.names = tuple(
                file.as_posix() for file in below if ".cache" not in file.parts
            )
        else:
            raise FileNotFoundError(
                "A checkpoint must be a file or a folder. "
                f"Received: {str(path)!r}, which is not there"
            )

    def __str__(self) -> str:
        return self._name

    def place(self, name: str) -> Path:
        """The path of a file."""
        return self._folder / name

    @property
    def read(self) -> tuple[str, ...]:
        """The names of the files that were asked for so far, and could be read."""
        return tuple(name for name in self._asked if name in self._found)

    def weights(self, name: str) -> Any:
        """The tensors of a file by name, read when they are asked for."""
        self._asked[name] = None
        if name not in self._found:
            self._open(name)
        return self._found[name]

    def readable(self, endings: str | tuple[str, ...] = WEIGHTS) -> dict[str, Weights]:
        """The files with these endings that hold weights: looked at, not asked for."""
        found = {}
        for name in self.names:
            if name.endswith(endings):
                with contextlib.suppress(UnreadableError):
                    found[name] = self._found.get(name) or self._open(name)
        return found

    def _open(self, name):
        if name in self.broken:
            raise self.broken[name]
        inside = "" if self.path.is_file() else f"/{name}"
        try:
            found = read_weights(self.place(name), None, f"{self}{inside}")
        except UnreadableError as error:
            self.broken[name] = error
            raise
        self._found[name] = found
        return found

    def json(self, name: str) -> dict[str, Any]:
        """The object in a JSON file."""
        return self._parsed(name, json.loads)

    def yaml(self, name: str) -> dict[str, Any]:
        """The mapping in a YAML file."""
        import yaml

        return self._parsed(name, yaml.safe_load)

    def _parsed(self, name, parse):
        self._asked[name] = None
        if name in self._found:
            return self._found[name]
        path = self.place(name)
        size = path.stat().st_size
        try:
            if size > LARGEST_TEXT:
                raise ValueError(f"{size:,} bytes")
            found = parse(path.read_text("utf-8"))
            if not isinstance(found, Mapping):
                raise ValueError(f"a {type(found).__name__}")
        except Exception as error:  # whatever a parser makes of a stranger's file
            raise UnreadableError(
                f"`{name}` must hold a configuration. Download it again. "
                f"Received: {type(error).__name__}: {str(error)[:200]}"
            ) from error
        self._found[name] = dict(found)
        return self._found[name]
