"""Loads a GAN from a preset folder, whoever wrote it.

Nothing is trusted before it is checked, and nothing is allocated before the shapes that
the config would build are known to be those in the weights file.
"""

import copy
import math
from collections import Counter, defaultdict
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import without_tensorflow
from keras_gan_zoo.presets import dry_build, files, trust
from keras_gan_zoo.presets.files import invalid
from keras_gan_zoo.presets.saving import Parts
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.presets.stored import stored_shapes
from keras_gan_zoo.typing import PathLike

MAX_PARAMETERS = 2**28  # without a weights file to compare with


@without_tensorflow()
def load_gan(
    cls: Any,
    preset: PathLike,
    load_weights: bool = True,
    custom_objects: dict[str, Any] | None = None,
    revision: str | None = None,
    **overrides: Any,
) -> Any:
    """Load a GAN; what `GAN.from_preset` calls.

    Args:
        cls: the class that was asked for, which the preset's class must be or extend.
        preset: the name of a zoo entry, `"hf://user/repo[@revision]"`, or a folder.
        load_weights: bool: False builds the model with new weights.
        custom_objects: dict, the caller's own classes, which are trusted.
        revision: str, branch, tag or commit of a Hub handle.
        **overrides: settings that replace the saved ones.

    Returns:
        An uncompiled model. Its `preset_source` says where it came from; a Hub handle
        includes the commit.

    Raises:
        ValueError: the preset is unknown, malformed, oversized, corrupt, of another
            class, or contains what may not be built.
        FileNotFoundError: a file or a repository is not there.
        PermissionError: the Hub requires another token.
        ConnectionError: the Hub can't be reached, and the cache has no copy.
    """
    source = locate(preset, revision)
    custom_objects = dict(custom_objects or {})
    config, task, metadata = _read(source, custom_objects)
    found = _task_class(task, cls, source, custom_objects)

    dry_build.check_overrides(found, overrides)
    settings = dry_build.settings_of(found, task["config"], config)
    settings.update(overrides)
    try:
        settings, planned = dry_build.build(found, settings, custom_objects)
    except Exception as error:  # whatever Keras makes of a stranger's config
        raise invalid(
            source, f"its configuration is not a GAN: {_short(error)}"
        ) from error
    if load_weights:
        stored = _check_weights(source, metadata, planned, overrides)
    else:
        _check_count(planned, metadata, source)
    try:
        with keras.saving.custom_object_scope(custom_objects):
            gan = found.from_config(copy.deepcopy(settings))
        if load_weights:
            _load_weights(gan, source.folder, stored)
    except Exception as error:
        raise invalid(source, f"it can't be built: {_short(error)}") from error
    gan.preset_source = str(source)
    return gan


def _read(source, custom_objects):
    """Read and check the three JSON files."""
    files.refuse_pickles(source.folder, source)
    if not (source.folder / files.CONFIG).is_file():
        raise ValueError(
            f"Preset {source} has no {files.CONFIG}. Make sure the URI or directory "
            "you are trying to load is a valid keras_gan_zoo preset and that you have "
            "permissions to read/download from this location."
        )
    metadata, config, task = (
        trust.strip(files.read_json(source.folder, name, source))
        for name in (files.METADATA, files.CONFIG, files.TASK)
    )
    files.check_version(metadata, source)
    trust.check_config(config, source, custom_objects)
    names = {config.get("class_name"), config.get("registered_name")}
    if not names & {"Functional", "Sequential", *custom_objects}:
        raise invalid(
            source,
            f"`{files.CONFIG}` must be a Keras model. "
            f"Received: class_name={config.get('class_name')!r:.80}",
        )
    if not isinstance(task.get("config"), dict):
        raise invalid(source, f"`{files.TASK}` has no `config`.")
    trust.check_config(task["config"], source, custom_objects)
    digests = metadata.get("sha256")
    if not isinstance(digests, dict) or set(digests) != set(files.WEIGHT_FILES):
        raise invalid(
            source,
            f"`{files.METADATA}` must have the sha256 of {files.WEIGHTS} and "
            f"{files.TASK_WEIGHTS}, and of nothing else. "
            f"Received: sha256={digests!r:.200}",
        )
    return config, task, metadata


def _task_class(task, cls, source, custom_objects):
    registered, name = task.get("registered_name"), task.get("class_name")
    found = trust.registered_class(registered)
    for key in (registered, name):
        if found is None and isinstance(key, str):
            found = custom_objects.get(key)
    if not trust.is_model(found) or (found.__name__ != name):
        raise invalid(
            source,
            f"`{files.TASK}` must be of a class in keras_gan_zoo, or of one in "
            f"`custom_objects`. Received: class_name={name!r:.80}, "
            f"registered_name={registered!r:.80}",
        )
    if not issubclass(found, cls):
        raise ValueError(
            f"Saved preset has type `{found.__name__}` which is not a subclass of "
            f"calling class `{cls.__name__}`. Call `from_preset` directly on "
            f"`{found.__name__}` instead. Received: preset={str(source)!r}"
        )
    return found


# === Weights ===


def _check_weights(source, metadata, planned, overrides):
    """Check both weight files; returns the parts of the second one to read."""
    for name in files.WEIGHT_FILES:
        source.verify(name, metadata["sha256"][name])
    model, task = (
        stored_shapes(source.folder / name, source) for name in files.WEIGHT_FILES
    )
    _compare(files.WEIGHTS, model.values(), planned["generator"], source)
    parts = defaultdict(list)
    for path, shape in task.items():
        part = path.split("/")[0]
        if part not in ("generator", "discriminator", *dry_build.STATE):
            raise invalid(source, f"`{files.TASK_WEIGHTS}` holds `{path}`.")
        parts[part].append(shape)
    expected = set(planned) if "generator" in parts else set(planned) - {"generator"}
    replaced = {"objective" if name == "loss" else name for name in overrides}
    names = {"discriminator", *parts, *expected} - replaced
    for name in names:
        _compare(files.TASK_WEIGHTS, parts[name], planned.get(name, []), source)
    return names


def _compare(name, stored, planned, source):
    stored, planned = Counter(stored), Counter(planned)
    if stored != planned:
        raise invalid(
            source,
            f"the shapes in `{name}` are not those of the network. Only in the file: "
            f"{sorted(stored - planned)[:5]}. "
            f"Only in the network: {sorted(planned - stored)[:5]}",
        )


def _check_count(planned, metadata, source):
    counts = {part: sum(map(math.prod, shapes)) for part, shapes in planned.items()}
    if counts["generator"] != metadata.get("parameter_count"):
        raise invalid(
            source,
            f"its generator has {counts['generator']:,} parameters, and "
            f"`{files.METADATA}` says {metadata.get('parameter_count')!r:.40}.",
        )
    if sum(counts.values()) > MAX_PARAMETERS:
        raise invalid(source, f"it has {sum(counts.values()):,} parameters.")


def _load_weights(gan, folder, stored):
    parts = {"discriminator": gan.discriminator, **dry_build.state_of(gan)}
    if "generator" in stored:
        parts["generator"] = gan.generator
    Parts(**{name: parts[name] for name in stored}).load_weights(
        folder / files.TASK_WEIGHTS
    )
    gan.ema_generator.load_weights(folder / files.WEIGHTS)
    if "generator" not in stored:
        gan.generator.set_weights(gan.ema_generator.get_weights())


def _short(error):
    return f"{type(error).__name__}: {str(error)[:500]}"
