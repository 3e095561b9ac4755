"""The files of a preset folder, read as untrusted input."""

import json
import math
from pathlib import Path
from typing import Any

from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.version import __version__

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
TASK = "task.json"
TASK_WEIGHTS = "task.weights.h5"
METADATA = "metadata.json"
RECIPE = "recipe.json"
SCORES = "scores.json"
SAMPLES = "samples.png"
LOG, CURVES = "log.csv", "curves.png"  # of the training
NEIGHBOURS = "neighbours.png"
README = "README.md"

FORMAT = 2  # `format_version` in the metadata; folders without one have 1

REQUIRED = (CONFIG, WEIGHTS, TASK, TASK_WEIGHTS, METADATA)
FILES = (*REQUIRED, RECIPE, SCORES, SAMPLES, NEIGHBOURS, LOG, CURVES, README)
WEIGHT_FILES = (WEIGHTS, TASK_WEIGHTS)
PICTURES = (SAMPLES, NEIGHBOURS)  # which name the weights that drew them
#: what is of the weights beside it, and of no others
OF_WEIGHTS = (RECIPE, SCORES, *PICTURES, LOG, CURVES)

# Formats that run code when they are opened, or can.
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib", ".npy")

LFS = b"version https://git-lfs.github.com/spec/"  # what stands in a file's place

MAX_JSON = 5_000_000  # bytes
MAX_DEPTH = 64  # of nested JSON values


class CorruptError(ValueError):
    """A file that the preset, or the zoo's index, names by another sha256."""


def invalid(preset: Any, why: Any) -> ValueError:
    """The error for anything that is wrong inside a preset."""
    return ValueError(f"Preset `{preset}` cannot be loaded: {why}")


def require(folder: PathLike, name: str, preset: Any) -> Path:
    """The path of one of the preset's files.

    Raises:
        FileNotFoundError: it is not there.
        CorruptError: Git LFS has yet to fetch it.
    """
    path = Path(folder) / name
    if not path.is_file():
        raise FileNotFoundError(
            f"`{name}` doesn't exist in preset directory `{preset}`."
        )
    with path.open("rb") as file:
        if file.read(len(LFS)) == LFS:
            raise CorruptError(
                f"Preset `{preset}` cannot be loaded: `{name}` only points to a file "
                "of Git LFS. Run `git lfs pull` in that folder."
            )
    return path


def read_json(folder: PathLike, name: str, preset: Any) -> dict[str, Any]:
    """Read a JSON object from one of the preset's files.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: it can't be read.
        ValueError: too large, nested too deep, not JSON, not an object, a number
            that is not finite, or a key given twice.
    """
    path = require(folder, name, preset)
    try:
        size = path.stat().st_size
        if size > MAX_JSON:
            raise ValueError(f"it has {size:,} bytes, at most {MAX_JSON:,} are read")
        value = json.loads(
            path.read_text("utf-8"),
            object_pairs_hook=_pairs,
            parse_float=_finite,
            parse_constant=_finite,
        )
        _check_depth(value)
    except RecursionError:
        raise invalid(preset, f"`{name}` is nested too deeply.") from None
    except ValueError as error:
        raise invalid(preset, f"`{name}` is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise invalid(
            preset,
            f"`{name}` must be a JSON object. Received: a {type(value).__name__}",
        )
    return value


def check_version(metadata: dict[str, Any], preset: Any) -> None:
    """Raise a `ValueError` if a preset's format is newer than this package."""
    found = metadata.get("format_version", 1)
    if type(found) is not int or found < 1:
        raise invalid(
            preset,
            f"`format_version` in `{METADATA}` must be a whole number. "
            f"Received: {found!r:.40}",
        )
    if found > FORMAT:
        raise invalid(
            preset,
            f"its format is newer than what this keras_gan_zoo "
            f"({__version__}) reads, up to {FORMAT}. Upgrade by "
            "`pip install --upgrade keras-gan-zoo`. "
            f"Received: format_version={found}",
        )


def _pairs(pairs):
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is given twice")
    return value


def _finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not a finite number")
    return value


def _check_depth(value, depth=0):
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check_depth(item, depth + 1)


def refuse_pickles(folder: PathLike, preset: Any) -> None:
    """Raise a `ValueError` if a folder holds a file that can run code."""
    if Path(folder).is_dir():
        for path in Path(folder).iterdir():
            if path.suffix.lower() in PICKLES:
                raise invalid(
                    preset,
                    f"it holds `{path.name}`, a format that can run code when it is "
                    "opened. Presets are JSON and HDF5; move that file elsewhere. "
                    "`keras-gan-zoo convert` makes a preset of others' public weights.",
                )
