"""Saves a GAN as a preset folder."""

import datetime
import os
import secrets
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import without_tensorflow
from keras_gan_zoo.files import sha256, write_json
from keras_gan_zoo.presets import dry_build, files, trust
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weights import weights_sha256


class Parts(keras.Model):
    """Parts of a GAN under their names in it, to be stored in one file.

    Saving the GAN itself would also write the optimizers.
    """

    def __init__(self, **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.built = True

    @property
    def layers(self) -> list:
        """None: Keras would file parts under this name that sort after it."""
        return []


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
    `task.weights.h5` the rest; `metadata.json` has their sha256. An existing folder
    keeps its README.md; scores, samples and a recipe of other weights are removed.

    Args:
        gan: a `GAN`.
        folder: path.
        report: a score report of this generator, for `scores.json`, or None.
        recipe: dict, how the weights were made, for `recipe.json`, or None.
        include_generator: bool: store the raw generator as well as its average, so that
            training can continue exactly. Without it, it continues from the average.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: the report is of other weights, or the networks can't be rebuilt
            from their configuration, for example because of a `Lambda` layer.
    """
    folder = Path(folder)
    digest = weights_sha256(gan.ema_generator)
    scores = None if report is None else report.to_dict()
    if scores is not None:
        check_scores(scores, digest)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"A preset is a folder. Received: preset_dir={str(folder)!r}")
    files.refuse_pickles(folder, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    new.mkdir()
    try:
        _write(gan, new, digest, include_generator)
        for name, content in ((files.SCORES, scores), (files.RECIPE, recipe)):
            if content is not None:
                write_json(new / name, content, indent=4)
        _move(new, folder, digest)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def check_scores(scores: Any, digest: str) -> None:
    """Raise a `ValueError` if scores are not those of the weights `digest`."""
    conditions = scores.get("conditions") if isinstance(scores, dict) else None
    scored = (
        conditions.get("generator_sha256") if isinstance(conditions, dict) else None
    )
    if scored != digest:
        raise ValueError(
            "The report must be of the saved weights, those of the averaged "
            f"generator (sha256 {digest}). Score this model again. "
            f"Received: generator_sha256={scored!r}"
        )


def _write(gan, folder, digest, include_generator):
    # The raw generator's config, because the average is frozen; else they are equal.
    config = trust.strip(keras.saving.serialize_keras_object(gan.generator))
    task = trust.strip(keras.saving.serialize_keras_object(gan))
    task["config"].pop("generator", None)
    if dry_build.takes_networks(type(gan)):
        task["config"]["discriminator"] = trust.strip(
            keras.saving.serialize_keras_object(gan.discriminator)
        )
    _check_loads(gan, task["config"], config)
    write_json(folder / files.TASK, task, indent=4)
    write_json(folder / files.CONFIG, config, indent=4)

    gan.ema_generator.save_weights(folder / files.WEIGHTS)
    rest = {"discriminator": gan.discriminator, **dry_build.state_of(gan)}
    if include_generator and gan.generator is not gan.ema_generator:
        rest["generator"] = gan.generator
    Parts(**rest).save_weights(folder / files.TASK_WEIGHTS)

    metadata = {
        "format_version": files.FORMAT,
        "keras_version": keras.version(),
        "keras_gan_zoo_version": version("keras-gan-zoo"),
        "parameter_count": gan.generator.count_params(),
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "tasks": ["GAN"],
        "weights_sha256": digest,
        "sha256": {name: sha256(folder / name) for name in files.WEIGHT_FILES},
    }
    write_json(folder / files.METADATA, metadata, indent=4)


def _check_loads(gan, task, config):
    """Check that what is written can be read back, by building it once.

    Skipped if objects of the caller's own can't be found: `custom_objects` will bring
    those, and what they hold.
    """
    found = [*trust.untrusted(config, {}), *trust.untrusted(task, {})]
    trust.check_can_load(found)
    classes = {type(part).__name__: type(part) for part in _operations(gan)}
    names = {name for _, name, _ in found if not trust.is_registered(name)}
    if names - set(classes):
        return
    custom_objects = {name: classes[name] for name in names}
    settings = dry_build.settings_of(type(gan), task, config)
    try:
        _, planned = dry_build.build(type(gan), settings, custom_objects)
    except Exception as error:
        raise ValueError(
            "This GAN can't be saved as a preset, because Keras can't rebuild it "
            "from its configuration. Networks must be functional or sequential models "
            "of layers and operations that have a complete `get_config`. "
            f"Received: {_innermost(error)[:500]}"
        ) from error
    if planned != dry_build.shapes_of(gan):
        raise ValueError(
            "This GAN can't be saved as a preset, because its configuration builds "
            "other weights than it has. Received: a GAN with weights "
            f"{dry_build.shapes_of(gan)}, and a configuration of {planned}"
        )


def _innermost(error):
    """The innermost of the messages that Keras wraps in each other."""
    return str(error).split("Exception encountered: ")[-1]


def _operations(network):
    for part in getattr(network, "operations", network.layers):
        yield part
        if isinstance(part, keras.Model):
            yield from _operations(part)


def _move(new, folder, digest):
    """Move the finished folder into place, metadata last, so a mix is never loaded."""
    if not folder.exists():
        os.rename(new, folder)
        return
    if not _is_of(folder, digest):
        for name in (files.SCORES, files.SAMPLES, files.RECIPE):
            (folder / name).unlink(missing_ok=True)
    for path in sorted(new.iterdir(), key=lambda path: path.name == files.METADATA):
        os.replace(path, folder / path.name)


def _is_of(folder, digest):
    try:
        metadata = files.read_json(folder, files.METADATA, folder)
    except (ValueError, OSError):
        return False
    return metadata.get("weights_sha256") == digest
