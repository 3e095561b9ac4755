"""A recipe from a file, a preset or options: read, and checked before it is built."""

from pathlib import Path

import keras

from keras_gan_zoo import datasets, families, presets
from keras_gan_zoo.presets import files, index, trust

COUNT = (int, "a whole number, 1 or more")
TEXT = (str, "text")
DICT = (dict, "a JSON object")
REQUIRED = {"family": TEXT, "data": TEXT, "batch_size": COUNT, "epochs": COUNT}
OPTIONAL = {
    "arguments": DICT,
    "compile": DICT,
    "selection": DICT,
    "snapshot_every": COUNT,
}


def load(path):
    """Read a recipe, and check all that it would build.

    Args:
        path: a JSON file. It may come from anyone.

    Returns:
        dict, see `keras_gan_zoo.recipes`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no recipe, or it would build anything but what a preset may
            and Keras' optimizers.
    """
    path = Path(path)
    recipe = files.read_json(path.parent, path.name, path)
    _check_keys(recipe, path)
    recipe["family"] = families.find(recipe["family"]).__name__
    trust.check_config(recipe.get("arguments", {}), path)
    _check_compile(recipe.get("compile", {}), path)
    return recipe


def find(name):
    """A recipe from its file, or from the zoo entry, handle or folder that has one.

    Args:
        name: a JSON file, the name of a zoo entry (trained or not), `"hf://user/repo"`,
            or a preset folder.

    Returns:
        dict, see `keras_gan_zoo.recipes`.

    Raises:
        ValueError: see `load`.
    """
    path = Path(name)
    if not path.is_file():
        path = index.zoo_folder() / name / files.RECIPE
        if path.parent.name != name or not path.is_file():
            path = presets.resolve(name) / files.RECIPE
    return load(path)


def with_options(recipe=None, **options):
    """A recipe from options, or with some of its settings replaced.

    Args:
        recipe: dict, or None.
        **options: `family` (`"wgan_gp"`, `"WGAN-GP"`, ...), `data` (a data set or an
            image folder, which gives the image shape), `epochs`, `batch_size`,
            and the model's `seed` and `ema_half_life`. None leaves a setting alone.

    Returns:
        dict, see `keras_gan_zoo.recipes`.
    """
    given = {name: value for name, value in options.items() if value is not None}
    recipe = {"batch_size": 64, "epochs": 20, **(recipe or {})}
    arguments = {"ema_half_life": 20_000.0, "seed": 0, **recipe.get("arguments", {})}
    for name, value in given.items():
        if name in ("seed", "ema_half_life"):
            arguments[name] = value
        else:
            recipe[name] = families.find(value).__name__ if name == "family" else value
    if "data" in given or "image_shape" not in arguments:
        arguments["image_shape"] = list(_image_shape(recipe["data"]))
    if "data" in given:
        for key in ("description", "dataset"):  # they were of other data
            recipe.pop(key, None)
    return {**recipe, "arguments": arguments}


def _image_shape(data):
    name, split = datasets.split_name(data)
    if name in datasets.CATALOGUE:
        return datasets.CATALOGUE[name].image_shape
    return datasets.load(name, split)[0].shape[1:]


def _check_keys(recipe, path):
    missing = [key for key in REQUIRED if key not in recipe]
    if missing:
        raise ValueError(
            f"A recipe must have the keys {', '.join(REQUIRED)}. "
            f"Received: {path} without {', '.join(missing)}"
        )
    for key, (kind, expected) in {**REQUIRED, **OPTIONAL}.items():
        value = recipe.get(key, 1 if kind is int else kind())
        if type(value) is not kind or (kind is int and value < 1):
            raise ValueError(
                f"A recipe's `{key}` must be {expected}. "
                f"Received: {path}: {key}={value!r:.200}"
            )


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
