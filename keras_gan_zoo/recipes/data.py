"""The data of a recipe: what is read, how it is prepared, what was found."""

from pathlib import Path
from typing import Any

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import ImageFolder, ImagePreparation
from keras_gan_zoo.files import write_json
from keras_gan_zoo.labels import renumber
from keras_gan_zoo.scoring.references.statistics import has_statistics
from keras_gan_zoo.typing import PathLike

REPORT = "data.json"


def settings_of(recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe's `preparation` and `on_error`, as `datasets.load` takes them.

    Raises:
        ValueError: a value that is not allowed.
    """
    asked = recipe.get("preparation", {})
    return {
        "on_error": datasets.check_on_error(recipe.get("on_error", "raise")),
        "preparation": ImagePreparation.from_config(asked),
    }


def image_shape(recipe: dict[str, Any]) -> list[int]:
    """`[height, width, channels]` of the recipe's images, once prepared."""
    name, split = datasets.split_name(recipe["data"])
    return list(datasets.image_shape(name, split, **settings_of(recipe)))


def classes_of(recipe: dict[str, Any]) -> tuple[tuple[str, ...] | None, int | None]:
    """The names of the classes and their number, each None if there are none."""
    name, split = datasets.split_name(recipe["data"])
    on_error = settings_of(recipe)["on_error"]
    names = datasets.label_names(name, split, on_error)
    if names is not None:
        return names, len(names)
    return None, datasets.num_classes(name, split, on_error)


def open_data(recipe: dict[str, Any], split: str | None = "train") -> Any:
    """What the recipe's GAN is trained on; a folder is looked through, and reported.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`.
        split: of data that are named without one; None for all.

    Returns:
        `ImageFolder`, or the name of a data set or file, or a tuple `(images, labels,
        label_names)` of arrays of one that is prepared.

    Raises:
        ValueError: no such data, or faults in a folder, all at once.
    """
    name, split = datasets.split_name(recipe["data"], split)
    settings = settings_of(recipe)
    if datasets.is_folder(name):
        return ImageFolder(name, split, **settings)
    if not settings["preparation"] and settings["on_error"] == "raise":
        return recipe["data"]
    names = datasets.label_names(name, split, settings["on_error"])
    return *datasets.load(name, split, **settings), names


def prepared(
    recipe: dict[str, Any], reference: Any, split: str | None = "train"
) -> Any:
    """Images to compare a recipe's samples with, prepared as those that it learns from.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`.
        reference: what `score` takes.
        split: of images that are named without one; None for all.

    Returns:
        What `score` takes: the reference as it is, if the recipe asks for nothing that
        changes it, or if it does not name images; else `ImageFolder`, an array or
        `(images, labels)`.
    """
    settings = settings_of(recipe)
    asked = settings["preparation"] or settings["on_error"] != "raise"
    named = isinstance(reference, str | Path)
    if not (asked and named) or has_statistics(reference):
        return reference
    text = datasets.text_of(reference)
    if _is_as_asked(text, settings["preparation"]):
        return reference
    found = open_data({**recipe, "data": text}, split)
    if not isinstance(found, tuple):
        return found
    images, labels, _ = found
    return images if labels is None else (images, labels)


def _is_as_asked(name, preparation):
    """Whether these are images of a named data set that a preparation leaves alone."""
    name, _ = datasets.split_name(name)
    if name not in datasets.CATALOGUE or preparation.horizontal_flip:
        return False
    shape = datasets.CATALOGUE[name].image_shape
    return preparation.shape_of(shape) == shape


def arguments_of_fit(data: Any, gan: Any) -> dict[str, Any]:
    """`open_data` as the `x` and `y` of `fit`."""
    if not isinstance(data, tuple):
        return {"x": data}
    images, labels, names = data
    if gan.num_classes is None:
        return {"x": images}
    return {"x": images, "y": renumber(labels, names, gan.label_names)}


def write_report(data: Any, folder: PathLike) -> None:
    """Write what was found in an `ImageFolder` to `data.json`."""
    if isinstance(data, ImageFolder):
        write_json(Path(folder) / REPORT, data.report.to_dict())
    else:
        (Path(folder) / REPORT).unlink(missing_ok=True)  # of a start that failed
