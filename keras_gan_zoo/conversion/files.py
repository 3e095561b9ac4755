"""The files of a checkpoint: one file, or a folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weight_files import read_weights

LARGEST_TEXT = 2**20  # bytes of a configuration


class Files:
    """What lies at `path`: names, and their content when it is asked for.

    Args:
        path: a file, or a folder.
        name: str, what messages call it; by default the path.

    Raises:
        FileNotFoundError: nothing is there.
    """

    def __init__(self, path: PathLike, name: str | None = None) -> None:
        self.path = Path(path)
        self._name = name or str(path)
        self._found: dict[str, Any] = {}  # what was read
        if self.path.is_file():
            self._folder = self.path.parent
            self.names: tuple[str, ...] = (self.path.name,)
        elif self.path.is_dir():
            self._folder = self.path
            self.names = tuple(
                str(file.relative_to(self.path))
                for file in sorted(self.path.rglob("*"))
                if file.is_file() and ".cache" not in file.parts
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
        """The names of the files that were read so far."""
        return tuple(self._found)

    def weights(self, name: str) -> Any:
        """The tensors of a file by name, read when they are asked for."""
        if name not in self._found:
            inside = "" if self.path.is_file() else f"/{name}"
            self._found[name] = read_weights(self.place(name), None, f"{self}{inside}")
        return self._found[name]

    def json(self, name: str) -> dict[str, Any]:
        """The object in a JSON file."""
        return self._parsed(name, json.loads)

    def yaml(self, name: str) -> dict[str, Any]:
        """The mapping in a YAML file."""
        import yaml

        return self._parsed(name, yaml.safe_load)

    def _parsed(self, name, parse):
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
            raise ValueError(
                f"`{name}` must hold a configuration. Download it again. "
                f"Received: {type(error).__name__}: {str(error)[:200]}"
            ) from error
        self._found[name] = dict(found)
        return self._found[name]
