"""Public checkpoints by name: which there are, and a preset of each."""

import errno
import functools
import json
import sys
from pathlib import Path
from typing import Any

from keras_gan_zoo.conversion import pull
from keras_gan_zoo.conversion.convert import made_of
from keras_gan_zoo.conversion.files import WEIGHTS, Files
from keras_gan_zoo.conversion.source import identify
from keras_gan_zoo.files import cache_folder
from keras_gan_zoo.presets.files import METADATA
from keras_gan_zoo.weight_files.tensor import UnreadableError

INDEX = Path(__file__).with_name("public.json")
CONVERSION = 1  #: of the rules; a change of what they make is another number


@functools.cache
def public_checkpoints() -> dict[str, dict[str, Any]]:
    """The public checkpoints that `GAN.from_preset` pulls and converts, by name.

    Returns:
        dict, name -> `source` (whose layout it has), `hub` and `patterns`, or `url` and
        `files` (where it is, with the sha256 where that is known), `licence`, `paper`,
        `dataset`, `scores` (published ones, with their protocol) and `verified`:
        whether anybody has converted that very file.

    Example:

    >>> from keras_gan_zoo.conversion import public_checkpoints
    >>> public_checkpoints()["biggan_deep_128"]["verified"]
    False
    """
    return json.loads(INDEX.read_text("utf-8"))


def preset_of(name: str) -> Path:
    """The folder of the preset of a public checkpoint, pulled and converted once.

    Raises:
        FileNotFoundError, ConnectionError, PermissionError, OSError, ValueError: see
            `pull` and `convert`.
    """
    row = public_checkpoints()[name]
    folder = cache_folder() / "public" / name
    preset = folder / f"preset-{CONVERSION}"
    if not (preset / METADATA).is_file():
        pulled = pull.pull(name, row, folder / "files")
        files = Files(pulled.path, name)
        with pull.recorded(pulled, files):
            _save(files, preset, row.get("settings", {}), name)
    return preset


def preset_of_repository(
    handle: str, revision: str | None = None
) -> tuple[Path, str] | None:
    """The preset of a repository in somebody else's layout.

    Returns:
        Its folder, and the handle with the commit; None if it has no weights at all.

    Raises:
        FileNotFoundError, ConnectionError, PermissionError, OSError, ValueError: see
            `pull` and `convert`.
    """
    path, found = pull.pull_repository(handle, revision)
    if not any(file.name.endswith(WEIGHTS) for file in path.rglob("*")):
        return None
    place = found.removeprefix("hf://").replace("/", "--")
    preset = cache_folder() / "public" / place / f"preset-{CONVERSION}"
    if not (preset / METADATA).is_file():
        try:
            _save(Files(path, found), preset, {}, found)
        except UnreadableError as error:  # whose they are is not known: they stay
            raise UnreadableError(
                f"{error}. What was downloaded is in {path.parents[1]}: remove that "
                "folder to have it downloaded again."
            ) from error
    return preset, found


def _save(files, preset, settings, name):
    source = identify(files)
    row = public_checkpoints().get(name, {})
    _say(f"{name} has the layout of {source.title} ({source.home}). {_terms(source)}")
    gan = made_of(source, files, name, **settings)
    recipe = gan.preset_origin.recipe
    recipe["converted_from"]["verified"] = bool(row.get("verified"))
    if row.get("scores"):
        recipe["converted_from"]["scores"] = row["scores"]
    try:
        gan.save_to_preset(preset, recipe=recipe)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise pull.full_disk(f"the preset of {name}") from error


def _terms(source):
    allowed = "" if source.republish else " What is made of it may not be published."
    return f"Licence: {source.licence}.{allowed}"


def _say(text):
    print(text, file=sys.stderr)
