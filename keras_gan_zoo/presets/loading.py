"""Loads a GAN from a preset folder, whoever wrote it.

Nothing is trusted before it is checked, and nothing is allocated before the shapes that
the config would build are known to be those in the weights file.
"""

import copy
import warnings
from contextlib import nullcontext
from typing import Any, NamedTuple

import keras

from keras_gan_zoo.backend.keras_internals import without_drawing, without_tensorflow
from keras_gan_zoo.networks.contract import networks_of
from keras_gan_zoo.networks.policies import built_with
from keras_gan_zoo.presets import (
    dry_build,
    dtypes,
    files,
    parts,
    together,
    transfer,
    trust,
)
from keras_gan_zoo.presets.files import invalid
from keras_gan_zoo.presets.origin import Origin, public_name, read_recipe
from keras_gan_zoo.presets.progress import check_progress, set_progress
from keras_gan_zoo.presets.source import Source, locate
from keras_gan_zoo.presets.stored import stored_shapes
from keras_gan_zoo.typing import PathLike

MAX_PARAMETERS = 2**28  # without a weights file to compare with


def load_gan(
    cls: Any,
    preset: PathLike,
    load_weights: bool = True,
    custom_objects: dict[str, Any] | None = None,
    revision: str | None = None,
    **overrides: Any,
) -> Any:
    """Load a GAN; what `GAN.from_preset` calls.

    Warns if the folder has scores, samples or a card of other weights.

    Args:
        cls: the class that was asked for, which the preset's class must be or extend.
        preset: the name of a zoo entry, `"hf://user/repo[@revision]"`, or a folder.
            Text that is an entry's name means the entry: a folder of that name is
            `"./dcgan_mnist"` or a `Path`.
        load_weights: bool: False builds the model with new weights.
        custom_objects: dict, the caller's own classes, which are trusted.
        revision: str, branch, tag or commit of a Hub handle.
        **overrides: settings that replace the saved ones. `dtype` is the dtype policy
            of both networks, such as `"mixed_bfloat16"`. With another `num_classes`
            than the preset's, the class embeddings alone are drawn anew; see
            `transfer.transferred`.

    Returns:
        An uncompiled model. Its `preset_source` says where it came from; a Hub handle
        includes the commit.

    Raises:
        ValueError: the preset is unknown, malformed, oversized, corrupt, of another
            class, or contains what may not be built.
        Exception: an override is wrong, whatever the constructor raises then.
        FileNotFoundError: a file or a repository is not there.
        PermissionError: the Hub requires another token.
        ConnectionError: the Hub can't be reached, and the cache has no copy.
    """
    classes: dict[str, Any] = {}
    if "num_classes" in overrides:
        classes["num_classes"] = transfer.check(overrides.pop("num_classes"))
        classes["label_names"] = overrides.pop("label_names", None)
    source = locate(preset, revision)
    gan = read_gan(cls, source, load_weights, custom_objects, **overrides)
    if load_weights and "dtype" not in overrides:
        together.warn(source, gan.preset_origin.weights_sha256)
    if not classes:
        return gan
    before = gan.num_classes
    gan, drawn = transfer.transferred(gan, custom_objects=custom_objects, **classes)
    if load_weights and drawn:
        said = transfer.sentence(source, before, gan.num_classes, drawn)
        warnings.warn(said, stacklevel=3)
    return gan


@without_tensorflow()
def read_gan(
    cls: Any,
    source: Source,
    load_weights: bool = True,
    custom_objects: dict[str, Any] | None = None,
    **overrides: Any,
) -> Any:
    """Load a GAN from the files of a preset, and read no other file; see `load_gan`."""
    custom_objects = dict(custom_objects or {})
    return _read_gan(cls, source, load_weights, custom_objects, **overrides)


def _read_gan(cls, source, load_weights, custom_objects, dtype=None, **overrides):
    preset = examine(cls, source, load_weights, custom_objects, **overrides)
    settings = copy.deepcopy(preset.settings)
    policy = dtypes.policy_of(settings)
    if dtype is not None:
        before, policy = policy, dtypes.check(dtype)
        settings = dtypes.replaced(settings, before, policy)
    try:
        with (
            keras.saving.custom_object_scope(custom_objects),
            built_with(policy),  # a functional model does not store its own
            # All is in the files, unless a part is given in place of a stored one.
            without_drawing() if load_weights and not overrides else nullcontext(),
        ):
            gan = preset.cls.from_config(settings)
        if load_weights:
            _load_weights(gan, source.folder, preset.names)
            set_progress(gan, preset.progress)
    except Exception as error:
        raise invalid(source, f"it can't be built: {_short(error)}") from error
    gan.preset_source = str(source)
    recipe = read_recipe(source.folder) if load_weights else None
    gan.preset_origin = Origin.of(gan, public_name(source), recipe)
    return gan


class Examined(NamedTuple):
    """What a preset holds, after all checks."""

    cls: Any
    settings: dict[str, Any]  # what the class is built from
    names: set[str]  # the parts of `task.weights.h5` to read
    progress: dict[str, Any]


def examine(
    cls: Any,
    source: Source,
    load_weights: bool,
    custom_objects: dict[str, Any],
    **overrides: Any,
) -> Examined:
    """Check a preset, without building it; see `load_gan`."""
    config, task, metadata = _read(source, custom_objects)
    found = _task_class(task, cls, source, custom_objects)
    dry_build.check_overrides(found, overrides)
    stored = dry_build.settings_of(found, task["config"], config)
    settings = {**stored, **overrides}
    try:
        plan = dry_build.build(found, settings, custom_objects)
    except Exception as error:  # whatever Keras makes of a stranger's config
        if overrides and dry_build.builds(found, stored, custom_objects):
            raise  # what the caller gave is at fault, as in the constructor
        raise invalid(
            source, f"its configuration is not a GAN: {_short(error)}"
        ) from error
    if load_weights:
        names = _check_weights(source, metadata, plan.layout, overrides)
    else:
        names = set()
        _check_count(plan, metadata, source)
    return Examined(found, settings, names, check_progress(metadata, source))


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
        trust.strip(source.read_json(name))
        for name in (files.METADATA, files.CONFIG, files.TASK)
    )
    files.check_version(metadata, source)
    trust.check_config(config, source, custom_objects)
    names = [config.get(key) for key in ("class_name", "registered_name")]
    if not any(name in ("Functional", "Sequential", *custom_objects) for name in names):
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
    _compare(files.WEIGHTS, model, planned["generator"], source)
    stored = parts.by_part(task)
    for path in task:
        if path.split("/")[0] not in ("generator", "discriminator", *parts.STATE):
            raise invalid(source, f"`{files.TASK_WEIGHTS}` holds `{path}`.")
    replaced = {"objective" if name == "loss" else name for name in overrides}
    names = (set(stored) | (set(planned) - {"generator"})) - replaced
    for name in names:
        _compare(files.TASK_WEIGHTS, stored[name], planned.get(name, {}), source)
    return names


def _compare(name, stored, planned, source):
    if stored != planned:
        raise invalid(
            source,
            f"the shapes in `{name}` are not those of the network, so it can't be "
            f"built. Only in the file: {sorted(stored.items() - planned.items())[:5]}. "
            f"Only in the network: {sorted(planned.items() - stored.items())[:5]}",
        )


def _check_count(plan, metadata, source):
    if plan.generator != metadata.get("parameter_count"):
        raise invalid(
            source,
            f"its generator has {plan.generator:,} parameters, and "
            f"`{files.METADATA}` says {metadata.get('parameter_count')!r:.40}.",
        )
    if plan.generator + plan.discriminator > MAX_PARAMETERS:
        raise invalid(
            source, f"it has {plan.generator + plan.discriminator:,} parameters."
        )


def _load_weights(gan, folder, names):
    found = {**networks_of(gan), **parts.state_of(gan)}
    parts.Parts(**{name: found[name] for name in names}).load_weights(
        folder / files.TASK_WEIGHTS
    )
    gan.ema_generator.load_weights(folder / files.WEIGHTS)
    if "generator" not in names:
        gan.generator.set_weights(gan.ema_generator.get_weights())


def _short(error):
    return f"{type(error).__name__}: {str(error)[:500]}"
