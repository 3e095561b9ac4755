"""Saves a GAN as a preset folder."""

import datetime
import os
import secrets
import shutil
import warnings
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.backend.keras_internals import uncompiled, without_tensorflow
from keras_gan_zoo.files import sha256, write_json
from keras_gan_zoo.networks.contract import networks_of
from keras_gan_zoo.presets import (
    dry_build,
    files,
    moving,
    own,
    parts,
    readme,
    together,
    trust,
)
from keras_gan_zoo.presets.loading import examine
from keras_gan_zoo.presets.origin import check_dict, recipe_of, with_source
from keras_gan_zoo.presets.progress import KEY as PROGRESS
from keras_gan_zoo.presets.progress import progress_of
from keras_gan_zoo.presets.source import Source
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.version import __version__
from keras_gan_zoo.weights import weights_sha256


@without_tensorflow()
def save_preset(
    gan: Any,
    folder: PathLike,
    report: Any = None,
    recipe: dict[str, Any] | None = None,
    include_generator: bool = True,
) -> Path:
    """Save a GAN as a preset folder, which `from_preset` loads on any backend.

    `config.json` and `model.weights.h5` are the averaged generator, `task.json` and
    `task.weights.h5` the rest; `metadata.json` has their sha256. What the folder has of
    other weights goes: scores, samples, recipe and log are removed, and the card's own
    parts emptied until it is written anew. Your text in the card stays.

    Args:
        gan: a `GAN`.
        folder: path.
        report: a score report of this generator, or the path of one in JSON, for
            `scores.json`; or None.
        recipe: dict, how the weights were made, for `recipe.json`. By default the one
            that the GAN was loaded with, and how long training went on from there.
            What that one says of weights that were converted stays in any other.
        include_generator: bool: store the raw generator as well as its average, so that
            training can continue exactly. Without it, it continues from the average.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: the report is of other weights, the recipe is no dict, or
            `from_preset` could not load the folder, for example because of a `Lambda`
            layer.
    """
    folder = Path(os.path.expanduser(folder))
    if backend.process()[0]:  # of several processes the first one writes
        return folder
    digest = weights_sha256(gan.ema_generator)
    scores = None if report is None else together.scores_of(report)
    if recipe is None:
        recipe = recipe_of(gan, digest)
    else:
        recipe = with_source(gan, check_dict(recipe))
    if scores is not None:
        together.check_scores(scores, digest)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"A preset is a folder. Received: preset_dir={str(folder)!r}")
    files.refuse_pickles(folder, folder)
    place = folder.resolve()
    home = place if place.exists() else place.parent  # on the same disk as the preset
    new = home / f".{place.name}-{secrets.token_hex(4)}"
    new.mkdir(parents=True)
    try:
        with backend.alone(), uncompiled([*networks_of(gan).values()]):
            found = _write(gan, new, digest, include_generator)
            _check_loads(gan, new, found)
        for name, content in ((files.SCORES, scores), (files.RECIPE, recipe)):
            if content is not None:
                write_json(new / name, content, indent=4)
        _move(new, place, digest)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def _write(gan, folder, digest, include_generator):
    # The raw generator's config, because the average is frozen; else they are equal.
    config = trust.strip(keras.saving.serialize_keras_object(gan.generator))
    task = trust.strip(keras.saving.serialize_keras_object(gan))
    task["config"].pop("generator", None)
    if dry_build.takes_networks(type(gan)):
        task["config"]["discriminator"] = trust.strip(
            keras.saving.serialize_keras_object(gan.discriminator)
        )
    found = [*trust.untrusted(config, {}), *trust.untrusted(task["config"], {})]
    trust.check_can_load(found)
    write_json(folder / files.TASK, task, indent=4)
    write_json(folder / files.CONFIG, config, indent=4)

    gan.ema_generator.save_weights(folder / files.WEIGHTS)
    rest = {**networks_of(gan), **parts.state_of(gan)}
    del rest["generator"]
    if include_generator and gan.generator is not gan.ema_generator:
        rest["generator"] = gan.generator
    parts.Parts(**rest).save_weights(folder / files.TASK_WEIGHTS)

    metadata = {
        "format_version": files.FORMAT,
        "keras_version": keras.version(),
        "keras_gan_zoo_version": __version__,
        "parameter_count": gan.generator.count_params(),
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "tasks": ["GAN"],
        "weights_sha256": digest,
        PROGRESS: progress_of(gan),
        "sha256": {name: sha256(folder / name) for name in files.WEIGHT_FILES},
    }
    write_json(folder / files.METADATA, metadata, indent=4)
    return found


def _check_loads(gan, folder, found):
    """Check what is written as loading it would.

    Skipped if objects of the caller's own can't be found: `custom_objects` will bring
    those, and what they hold.
    """
    objects = own.objects(gan, found)
    if None in objects.values():
        return
    try:
        examine(type(gan), Source(folder, "", {}), True, objects)
    except (ValueError, OSError) as error:
        raise ValueError(
            "This GAN can't be saved as a preset, because `from_preset` could not load "
            "it. Networks must be functional or sequential models of layers and "
            "operations that have a complete `get_config`. "
            f"Received: {_innermost(error)[:700]}"
        ) from error
    if objects:
        listed = ", ".join(
            f"{name!r}: {value.__name__}" for name, value in objects.items()
        )
        warnings.warn(
            "This preset holds objects of your own, which loading it takes: "
            f"`from_preset(..., custom_objects={{{listed}}})`.",
            stacklevel=5,
        )


def _innermost(error):
    """The innermost of the messages that Keras wraps in each other."""
    text = str(error).removeprefix("Preset `` cannot be loaded: ")
    return text.split("Exception encountered: ")[-1]


def _move(new, folder, digest):
    """Move the finished folder into place; what is of other weights goes."""
    if not folder.exists():
        os.rename(new, folder)
        return
    same, card = _is_of(folder, digest), folder / files.README
    if card.is_file() and (not same or (new / files.SCORES).is_file()):
        shutil.copyfile(card, new / files.README)
        readme.empty(new / files.README, readme.SCORED if same else None)
    moving.put(new, folder, without=() if same else files.OF_WEIGHTS)


def _is_of(folder, digest):
    try:
        metadata = files.read_json(folder, files.METADATA, folder)
    except (ValueError, OSError):
        return False
    return metadata.get("weights_sha256") == digest
