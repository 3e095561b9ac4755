"""The zoo's index: which pretrained entries there are, and what each one is.

`zoo_cards/` holds a preset folder for each entry, and `index.json`:

    {"dcgan_mnist": {
        "class_name": "keras_gan_zoo>DCGAN",
        "metadata": {"description", "params", "paper", "dataset", "license"},
        "hf_handle": "hf://user/dcgan_mnist" or null, "revision": commit or null,
        "sha256": {"config.json": ..., each file of the folder},
        "scores": {"fid": ..., "is": ...}}}
"""

from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo.files import sha256, write_json
from keras_gan_zoo.presets import files
from keras_gan_zoo.typing import PathLike

INDEX = "index.json"
#: what the recipe of an entry must have
FACTS = ("description", "paper", "dataset", "license")


def zoo_folder() -> Path:
    """`zoo_cards/`: inside the package, or beside it in a source checkout."""
    package = Path(__file__).parents[1]
    inside, beside = package / "zoo_cards", package.parent / "zoo_cards"
    return inside if (inside / INDEX).is_file() else beside


def read_index() -> dict[str, Any]:
    """Every entry of the zoo, by name."""
    folder = zoo_folder()
    if not (folder / INDEX).is_file():
        return {}
    return files.read_json(folder, INDEX, folder)


def list_presets() -> list[str]:
    """The names of the pretrained GANs that `GAN.from_preset` loads, in order.

    `GAN.presets` describes them; `DCGAN.presets` has those of one family.

    Example:

    >>> import keras_gan_zoo as kgz
    >>> "dcgan_mnist" in kgz.list_presets()
    True
    """
    return sorted(read_index())


def presets_of(cls: Any) -> dict[str, Any]:
    """The entries of `cls` and its subclasses, which `cls.from_preset` loads.

    Returns:
        dict, name -> `{"metadata", "hf_handle", "revision", "sha256", "scores"}`.
    """
    found = {}
    for name, entry in read_index().items():
        entry_cls = keras.saving.get_registered_object(entry["class_name"])
        if isinstance(entry_cls, type) and issubclass(entry_cls, cls):
            found[name] = {k: v for k, v in entry.items() if k != "class_name"}
    return found


def write_index(
    folder: PathLike | None = None, handles: dict[str, tuple[str, str]] | None = None
) -> dict[str, Any]:
    """Rewrite `index.json` from the folders beside it.

    Facts about an entry come from its `recipe.json`, which must have `description`,
    `paper`, `dataset` and `license`. Handles and revisions in the old index are kept.

    Args:
        folder: path of `zoo_cards/`, by default the package's own.
        handles: dict, name -> `(hf_handle, revision)`, for entries that changed.

    Returns:
        The index, a dict.

    Raises:
        ValueError: a folder lacks a file, or its recipe lacks a key.
    """
    folder = zoo_folder() if folder is None else Path(folder)
    try:
        old = files.read_json(folder, INDEX, folder)
    except FileNotFoundError:
        old = {}
    handles = handles or {}
    index = {}
    for path in sorted(folder.iterdir()):
        if (path / files.CONFIG).is_file():
            kept = old.get(path.name, {})
            known = (kept.get("hf_handle"), kept.get("revision"))
            index[path.name] = _entry(path, *handles.get(path.name, known))
    write_json(folder / INDEX, index, indent=4)
    return index


def _entry(folder, hf_handle, revision):
    recipe, metadata, task = (
        files.read_json(folder, name, folder)
        for name in (files.RECIPE, files.METADATA, files.TASK)
    )
    missing = [key for key in FACTS if not recipe.get(key)]
    if missing:
        raise ValueError(
            f"`{files.RECIPE}` of a zoo entry must have {', '.join(FACTS)}. "
            f"Received: {folder.name} without {', '.join(missing)}"
        )
    scores = {}
    if (folder / files.SCORES).is_file():
        scores = files.read_json(folder, files.SCORES, folder).get("scores", {})
    names = [name for name in files.FILES if (folder / name).is_file()]
    return {
        "class_name": task["registered_name"],
        "metadata": {
            "description": recipe["description"],
            "params": metadata["parameter_count"],
            **{key: recipe[key] for key in FACTS[1:]},
        },
        "hf_handle": hf_handle,
        "revision": revision,
        "sha256": {name: sha256(folder / name) for name in names},
        "scores": scores,
    }
