"""Reads a recipe from a file, a preset or options, and checks it before it is built."""

from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import families, presets
from keras_gan_zoo.datasets import ImagePreparation
from keras_gan_zoo.files import path_of
from keras_gan_zoo.presets import files, index, trust
from keras_gan_zoo.presets.origin import CONTINUED, check_recipe
from keras_gan_zoo.recipes import data
from keras_gan_zoo.recipes import options as settings
from keras_gan_zoo.recipes.checks import OPTIONAL as OPTIONAL
from keras_gan_zoo.recipes.checks import REQUIRED as REQUIRED
from keras_gan_zoo.recipes.checks import check, check_keys, check_there
from keras_gan_zoo.recipes.plain import plain
from keras_gan_zoo.typing import PathLike

FOLDER = Path(__file__).parent


def load(path: PathLike) -> dict[str, Any]:
    """Read a recipe, and check everything that it would build.

    Args:
        path: a JSON file. It may come from anyone.

    Returns:
        dict, see `keras_gan_zoo.recipes`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a recipe, or it would build something other than
            Keras' optimizers and what a preset may contain.
    """
    path = path_of(path)
    check_there(path)
    recipe = files.read_json(path.parent, path.name, path)
    check_keys(recipe, path=path)
    check_recipe(recipe, path)
    recipe["family"] = families.find(recipe["family"]).__name__
    recipe.pop(CONTINUED, None)  # what came after the recipe is no part of it
    for key in ("arguments", "networks"):
        trust.check_config(recipe.get(key, {}), path)
    _check_compile(recipe.get("compile", {}), path)
    try:
        data.settings_of(recipe)
    except ValueError as error:
        raise ValueError(f"The recipe {path}: {error}") from error
    return recipe


def names() -> list[str]:
    """The names of this package's recipes, such as `"studiogan/sngan_cifar10"`.

    They are published settings as data; no weights were trained by them.
    """
    files = FOLDER.glob("*/*.json")
    return sorted(file.relative_to(FOLDER).with_suffix("").as_posix() for file in files)


def find(name: PathLike) -> dict[str, Any]:
    """Find the recipe in a file, a zoo entry, a Hub repository or a preset folder.

    Args:
        name: a JSON file, the name of a recipe of this package (see `names`) or of a
            zoo entry (trained or not), `"hf://user/repo"`, or a preset folder.

    Returns:
        dict, see `keras_gan_zoo.recipes`.

    Raises:
        FileNotFoundError: it reads like a file or one of `names`, and is neither.
        ValueError: see `load`.
    """
    if str(name) in names():
        return load(FOLDER / f"{name}.json")
    path = path_of(name)
    if _reads_like_one(path):
        check_there(path, names())
    if not path.is_file():
        path = index.zoo_folder() / name / files.RECIPE
        if path.parent.name != name or not path.is_file():
            path = presets.resolve(name) / files.RECIPE
    return load(path)


def _reads_like_one(path):
    """Whether a path has the form of a recipe's file, or of one of `names`."""
    folders = {name.partition("/")[0] for name in names()}
    return path.suffix == ".json" or bool(folders.intersection(path.parts[:1]))


def with_options(
    recipe: dict[str, Any] | None = None, **options: Any
) -> dict[str, Any]:
    """A recipe made from options, or an existing one with some settings replaced.

    Args:
        recipe: dict, or None.
        **options: `family` (`"wgan_gp"`, `"WGAN-GP"`, ...), `data` (a data set or an
            image folder, which determines the image shape), `epochs`, `batch_size`,
            `generator_learning_rate`, `discriminator_learning_rate`; any argument of
            `ImagePreparation`, such as `image_size`, and `on_error`; and any argument
            of the family's constructor, such as `seed` or `critic_steps`; `penalties`
            by their names, such as `["r1=10"]`; `augmentation` by its name, or
            `"none"`. None leaves a setting alone. Values are kept as JSON has them:
            see `recipes.plain`.

    Returns:
        dict, see `keras_gan_zoo.recipes`.

    Raises:
        ValueError: there is no such family or data set, the family has no such
            argument, or a value is wrong.
    """
    given = {k: plain(v, k) for k, v in options.items() if v is not None}
    begun = plain({} if recipe is None else recipe)
    check_keys(begun, ())
    recipe = {"batch_size": 64, "epochs": 20, **begun}
    recipe |= {name: given[name] for name in settings.RUN if name in given}
    check(recipe, ["family"])
    family = families.find(recipe["family"])
    recipe["family"] = family.__name__
    arguments = {
        "ema_half_life": 20_000.0,
        "seed": 0,
        **recipe.get("arguments", {}),
        **settings.arguments_of(family, given),
    }
    compiled = settings.compile_of(family, recipe.get("compile", {}), given)
    if compiled:
        recipe["compile"] = compiled
    asked = {name: given[name] for name in settings.PREPARATION if name in given}
    if asked:
        merged = {**recipe.get("preparation", {}), **asked}
        recipe["preparation"] = ImagePreparation.from_config(merged).get_config()
    if "data" in given or asked or "image_shape" not in arguments:
        check_keys(recipe, ["data"])
        arguments["image_shape"] = data.image_shape(recipe)
    if "data" in given:
        for key in ("description", "dataset", "limitations"):  # of other data
            recipe.pop(key, None)
    return {**recipe, "arguments": arguments}


def _check_compile(optimizers, path):
    known = {
        name.lower()
        for name, value in vars(keras.optimizers).items()
        if isinstance(value, type)
    }
    for key, value in optimizers.items():
        if not isinstance(value, dict):
            continue
        name, config = value.get("class_name"), value.get("config")
        plain = isinstance(config, dict) and not any(
            isinstance(item, dict | list) for item in config.values()
        )
        allowed = str(name).lower() in known and plain
        if not (allowed and set(value) == {"class_name", "config"}):
            raise ValueError(
                "A recipe's `compile` may name Keras' optimizers, such as "
                '{"class_name": "Adam", "config": {"learning_rate": 0.0002}}. '
                f"Received: {path}: {key}={value!r:.200}"
            )
