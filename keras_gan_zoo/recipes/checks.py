"""Whether something is a recipe, wherever it comes from."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.presets.origin import KINDS, check_recipe

REQUIRED = {key: KINDS[key] for key in ("family", "data", "batch_size", "epochs")}
OPTIONAL = {key: kind for key, kind in KINDS.items() if key not in REQUIRED}
#: what a run reads; the other keys are for its card, and checked when that reads them
OF_A_RUN = (
    *REQUIRED,
    *("snapshot_every", "arguments", "networks", "compile", "preparation"),
)


def check(recipe: Any, required: Collection[str] = REQUIRED) -> None:
    """Check what a run reads of a recipe: its keys are there, each of its kind.

    Args:
        recipe: as `recipes.plain` returns it.
        required: the keys that it must have.

    Raises:
        ValueError: it is no dict, lacks a key, or one is of another kind.
    """
    check_keys(recipe, required)
    check_recipe({key: recipe[key] for key in OF_A_RUN if key in recipe})


def check_keys(
    recipe: Any, required: Collection[str] = REQUIRED, path: Path | None = None
) -> None:
    """Check that a recipe is a dict with some keys.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`.
        required: the keys that it must have.
        path: of its file, for errors; None of a recipe that was made in Python.

    Raises:
        ValueError: it is no dict, or lacks a key.
    """
    if not isinstance(recipe, Mapping):
        raise ValueError(
            "A recipe must be a dict, for example `recipes.load(path)` or "
            "`recipes.with_options(family='dcgan', data='digits')`. "
            f"Received: {recipe!r:.200}"
        )
    missing = [key for key in required if key not in recipe]
    if missing:
        raise ValueError(
            f"A recipe must have the keys {', '.join(REQUIRED)}. "
            f"Received: {path or 'a recipe'} without {', '.join(missing)}"
        )


def check_there(path: Path, names: Collection[str] = ()) -> None:
    """Check that the file of a recipe is there.

    Args:
        path: as it was asked for.
        names: of recipes that may be meant by it.

    Raises:
        FileNotFoundError: it is not.
    """
    if not path.exists():
        raise FileNotFoundError(
            "A recipe must be a JSON file, the name of one such as "
            "'studiogan/sngan_cifar10', or a preset with one. "
            f"{did_you_mean(path.as_posix(), names)}Received: {str(path)!r}, which "
            "does not exist"
        )
