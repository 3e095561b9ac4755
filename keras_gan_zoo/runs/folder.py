"""What the folder of a run holds, read from its files alone."""

import csv
import dataclasses
import json
import math
from functools import cached_property
from pathlib import Path
from typing import Any

from keras_gan_zoo.files import numbered, path_of
from keras_gan_zoo.presets import files
from keras_gan_zoo.typing import PathLike

LOG, SAMPLES = files.LOG, "samples"
SESSIONS, MONITOR, DATA = "sessions.json", "monitor.json", "data.json"


@dataclasses.dataclass(frozen=True)
class Run:
    """The records of a run, each empty if the folder has none.

    Attributes:
        folder: `pathlib.Path`.
        recipe: dict, see `keras_gan_zoo.recipes`.
        log: list of dicts, one an epoch, of its number (from 1) under `"epoch"`, and of
            numbers, or None where there was none.
        samples: dict, epoch -> path of its grid of samples.
        sessions: list of dicts, one for each time that the run was started.
        warnings: list of dicts, what the monitor said: epoch, step, text.
        data: dict, what was found in a folder of images.
    """

    folder: Path
    recipe: dict[str, Any]
    log: list[dict[str, Any]]
    samples: dict[int, Path]
    sessions: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    data: dict[str, Any]

    @cached_property
    def columns(self) -> list[str]:
        """The names of the log's numbers, in its order."""
        names = dict.fromkeys(name for row in self.log for name in row)
        return [name for name in names if name != "epoch"]

    @property
    def epochs(self) -> int | None:
        """How many epochs the run is to have, if it has a recipe."""
        return self.recipe.get("epochs")

    @property
    def epochs_done(self) -> int:
        """The last epoch of the log."""
        return max((row["epoch"] for row in self.log), default=0)

    @property
    def is_finished(self) -> bool:
        """Whether it has had all its epochs."""
        return self.epochs is not None and self.epochs_done >= self.epochs


def read_run(folder: PathLike) -> Run:
    """Read the records in the folder of a run, finished or not.

    Args:
        folder: path, what `keras-gan-zoo train --out` names; or any folder with
            the `log.csv` of Keras' `CSVLogger` and the `samples/` of `SampleGrid`.

    Raises:
        FileNotFoundError: there is neither a recipe nor a log.
        ValueError: a file is not what a run writes.
    """
    folder = path_of(folder)
    if not any((folder / name).is_file() for name in (files.RECIPE, LOG)):
        raise FileNotFoundError(
            f"The folder of a run has a {files.RECIPE} or a {LOG}, such as "
            f"`keras-gan-zoo train --out` makes one. Received: {str(folder)!r}"
        )
    return Run(
        folder=folder,
        recipe=_facts(folder, files.RECIPE),
        log=_log(folder / LOG),
        samples=_samples(folder / SAMPLES),
        sessions=rows(folder / SESSIONS),
        warnings=rows(folder / MONITOR),
        data=_facts(folder, DATA),
    )


def _facts(folder, name):
    """A JSON object; empty without the file."""
    if not (folder / name).is_file():
        return {}
    return files.read_json(folder, name, folder)


def _log(path):
    """The rows of a log; one that is not whole is left out."""
    if not path.is_file():
        return []
    found: dict[int, dict[str, Any]] = {}
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            epoch = _number(row.pop("epoch", None))
            if epoch is None or epoch != int(epoch) or None in row.values():
                continue
            row.pop(None, None)  # more values than names
            values = {name: _number(text) for name, text in row.items()}
            found[int(epoch) + 1] = {"epoch": int(epoch) + 1, **values}
    return [found[epoch] for epoch in sorted(found)]


def _number(text):
    """A finite number, or None."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _samples(folder):
    """The grids by their epochs, in order."""
    return {epoch: path for (epoch,), path in numbered(folder, "epoch_*.png").items()}


def machines_of(sessions: list[dict[str, Any]]) -> str:
    """What a run was trained on, such as "jax on NVIDIA H200"; "" if nobody knows.

    Example:

    >>> machines_of([{"backend": "jax", "devices": ["CPU"], "cpus": 2}])
    'jax on 2 CPU cores'
    """
    return ", then ".join(dict.fromkeys(filter(None, map(_machine, sessions))))


def _machine(session):
    devices = session.get("devices")
    devices = devices if isinstance(devices, list) else []
    cpus = session.get("cpus")
    cores = f"{cpus} CPU core{'s' if cpus != 1 else ''}" if cpus else ""
    on = ", ".join(str(name) for name in devices if name != "CPU") or cores
    return f"{session.get('backend')} on {on}" if on else ""


def rows(path: Path) -> list[dict[str, Any]]:
    """A JSON list of objects; empty without the file.

    Raises:
        ValueError: the file is something else.
    """
    if not path.is_file():
        return []
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ValueError(
            f"{path} must hold a list of objects, one a row. "
            f"Received: {type(found).__name__}"
        )
    return found
