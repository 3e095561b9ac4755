"""Where a GAN's weights came from, for what its next preset says of them."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.presets import files
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weights import weights_sha256

#: the key of a recipe that tells of training beyond it
CONTINUED = "continued"
#: the key that tells whose weights were converted, and their terms
CONVERTED = "converted_from"
#: the key among the variables in a file of Keras
STORED = "preset_origin"

COUNT = (int, "a whole number, 1 or more")
TEXT = (str, "text")
DICT = (dict, "a JSON object")
#: what a recipe has under these keys, if it has them; any others are the author's own
KINDS = {
    **dict.fromkeys(("family", "data", "description", "license"), TEXT),
    **dict.fromkeys(("on_error", "tried", "full_width"), TEXT),
    **dict.fromkeys(("batch_size", "epochs", "snapshot_every"), COUNT),
    **dict.fromkeys(("arguments", "networks", "compile"), DICT),
    **dict.fromkeys(("selection", "preparation"), DICT),
}


@dataclass(frozen=True)
class Origin:
    """A preset as it was when a GAN was loaded from it or saved to it."""

    name: str
    weights_sha256: str
    images_seen: int
    recipe: dict[str, Any] | None

    @classmethod
    def of(cls, gan: Any, name: Any, recipe: dict[str, Any] | None) -> Self:
        """The origin of a GAN whose weights are those of preset `name` now."""
        digest = weights_sha256(gan.ema_generator)
        return cls(str(name), digest, int(gan.images_seen), recipe)


def recipe_of(gan: Any, digest: str) -> dict[str, Any] | None:
    """The recipe that a GAN was loaded with, and what came after it.

    If the weights are others by now, the key `continued` says from which preset
    training went on, and for how many images.

    Args:
        gan: a `GAN`.
        digest: str, the sha256 of its weights now.
    """
    origin = getattr(gan, "preset_origin", None)
    if origin is None or origin.recipe is None or digest == origin.weights_sha256:
        return None if origin is None else origin.recipe
    images = int(gan.images_seen) - origin.images_seen
    start = {"from": origin.name, "weights_sha256": origin.weights_sha256}
    before = origin.recipe.get(CONTINUED)
    if isinstance(before, dict) and isinstance(before.get("images"), int):
        start, images = before, before["images"] + images
    return {**origin.recipe, CONTINUED: {**start, "images": images}}


def check_dict(recipe: Any, where: str = "") -> dict[str, Any]:
    """A recipe that can be kept: what its keys say is its author's business.

    Raises:
        ValueError: it is no dict; `where` stands before it in the message.
    """
    if not isinstance(recipe, dict):
        raise ValueError(
            'A recipe must be a dict, such as {"family": "DCGAN", "data": "mnist"}. '
            f"Received: {where}recipe={recipe!r:.200}"
        )
    return recipe


def check_recipe(recipe: Any, path: PathLike | None = None) -> dict[str, Any]:
    """A recipe that a card can show, and that tells its terms.

    Args:
        recipe: whatever was given.
        path: of the file it is from, if any, for errors.

    Raises:
        ValueError: it is no dict, or a key of it is of another kind.
    """
    where = "" if path is None else f"{path}: "
    check_dict(recipe, where)
    for key, (kind, expected) in KINDS.items():
        if key in recipe and not _is_of(kind, recipe[key]):
            raise _wrong(key, expected, recipe[key], where)
    words = recipe.get("limitations", "")
    if not _are_texts(words if isinstance(words, list) else [words]):
        raise _wrong("limitations", "text, or a list of texts", words, where)
    start = recipe.get(CONTINUED, {"from": "", "weights_sha256": "", "images": 0})
    known = start if isinstance(start, dict) else {}
    texts = [known.get("from"), known.get("weights_sha256")]
    if not (_are_texts(texts) and type(known.get("images")) is int):
        expected = "a JSON object of `from`, `weights_sha256` and `images`"
        raise _wrong(CONTINUED, expected, start, where)
    source_of(recipe, where)
    return recipe


def _is_of(kind, value):
    return type(value) is kind and (kind is not int or value >= 1)


def _are_texts(values):
    return all(isinstance(value, str) for value in values)


def _wrong(key, expected, value, where):
    return ValueError(
        f"A recipe's `{key}` must be {expected}. Received: {where}{key}={value!r:.200}"
    )


def source_of(recipe: dict[str, Any], where: str = "") -> dict[str, Any] | None:
    """Whose weights a recipe says were converted, and their terms; None if it does not.

    Args:
        recipe: dict.
        where: str, what an error says before the key.

    Raises:
        ValueError: it says so in no way that this package writes.
    """
    facts = recipe.get(CONVERTED)
    if facts is None:
        return None
    kinds = {"title": str, "home": str, "licence": str, "republish": bool}
    kinds |= {"files": dict}
    found = facts if isinstance(facts, dict) else {}
    wrong = [name for name, kind in kinds.items() if type(found.get(name)) is not kind]
    wrong += ["scores"] if not isinstance(found.get("scores", {}), dict) else []
    if not wrong and all(isinstance(digest, str) for digest in found["files"].values()):
        return found
    raise ValueError(
        f"`{CONVERTED}` of a recipe must have the texts `title`, `home` and `licence`, "
        "`republish` as true or false, and `files` with their sha256. "
        f"Received: {where}{CONVERTED}={facts!r:.200}"
    )


def with_source(gan: Any, recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe that also tells whose weights a GAN was converted from, if any."""
    origin = getattr(gan, "preset_origin", None)
    known = (origin and origin.recipe) or {}
    if CONVERTED not in known:
        return recipe
    return {CONVERTED: known[CONVERTED], **recipe}


def store(gan: Any, variables: Any) -> None:
    """Keep the origin among a GAN's own variables, for `save_own_variables`.

    So it is in `.keras` files, weights and backups: terms go with the weights.
    """
    origin = getattr(gan, "preset_origin", None)
    if origin is not None:
        text = json.dumps(asdict(origin)).encode()
        variables[STORED] = np.frombuffer(text, "uint8")


def restore(gan: Any, variables: Any) -> None:
    """For `load_own_variables`; files of before have no origin."""
    if STORED in variables:
        text = np.array(variables[STORED]).astype("uint8").tobytes()
        gan.preset_origin = Origin(**json.loads(text))


def read_recipe(folder: PathLike) -> dict[str, Any] | None:
    """The `recipe.json` in a folder, or None if there is no readable one."""
    try:
        return files.read_json(folder, files.RECIPE, folder)
    except (ValueError, OSError):
        return None


def public_name(preset: Any) -> str:
    """A preset's name without the path of a folder; `my_gan/preset` is `my_gan`.

    Example:

    >>> public_name("/home/me/my_gan/preset")
    'my_gan'
    """
    if str(preset).startswith("hf://"):
        return str(preset)
    path = Path(str(preset)).resolve()
    return path.parent.name if path.name == "preset" else path.name


def public_recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe that may be published: paths are cut down to the folder's own name.

    Example:

    >>> public_recipe({"data": "/home/me/faces:train"})
    {'data': 'faces:train'}
    """
    public = dict(recipe)
    if recipe.get("data"):
        public["data"] = public_data(recipe["data"], "train")
    selection = recipe.get("selection")
    if isinstance(selection, dict) and isinstance(selection.get("reference"), str):
        reference = public_data(selection["reference"])
        public["selection"] = {**selection, "reference": reference}
    return public


def public_data(data: PathLike, split: str | None = None) -> str:
    """The name of images that may be published: a data set's, or a folder's own name.

    Args:
        data: name of a data set, or path of a folder or file; with a split or without.
        split: str, what a path without one gets, or None.

    Example:

    >>> public_data("mnist"), public_data("/home/me/faces:train[:100]")
    ('mnist', 'faces:train[:100]')
    """
    name, split = datasets.split_name(data, split)
    if name in datasets.CATALOGUE:
        return str(data)
    return f"{_own_name(name)}:{split}" if split else _own_name(name)


def data_of(recipe: dict[str, Any]) -> tuple[str | None, str | None]:
    """The name of a recipe's data, or only the last part of a path, and the split.

    The name is in the catalogue only if it is that of a data set.
    """
    if not recipe.get("data"):
        return None, None
    name, split = datasets.split_name(recipe["data"])
    return name if name in datasets.CATALOGUE else _own_name(name), split


def _own_name(path):
    """The last part of a path, marked as a path where it is a data set's name too."""
    name = basename(path)
    return name and datasets.text_of(Path(name))


def basename(path: str | None) -> str | None:
    """The last part of a path of any system."""
    return path and re.split(r"[\\/]", path.rstrip("\\/"))[-1]
