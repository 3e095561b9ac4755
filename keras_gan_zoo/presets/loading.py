"""A preset folder -> a GAN, whoever wrote the folder.

Nothing is believed before it is checked, and nothing is allocated before the
shapes that the config would build are those that the weights file holds.
"""

import copy
import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import keras

from keras_gan_zoo.presets import files, trust
from keras_gan_zoo.presets.files import invalid
from keras_gan_zoo.presets.saving import Networks
from keras_gan_zoo.presets.source import locate
from keras_gan_zoo.presets.stored import stored_shapes

MAX_PARAMETERS = 2**28  # without a weights file to compare with
MAX_OUTPUT = 2**28  # values that one layer makes of one sample


def load_gan(
    cls, preset, load_weights=True, custom_objects=None, revision=None, **overrides
):
    """Load a GAN; what `GAN.from_preset` calls.

    Args:
        cls: the class that was asked, which the preset's class must be or extend.
        preset: the name of a zoo entry, `"hf://user/repo[@revision]"`, or a folder.
        load_weights: bool: False builds it with new weights.
        custom_objects: dict, the caller's own classes, which are trusted.
        revision: str, branch, tag or commit of a Hub handle.
        **overrides: settings that replace the saved ones.

    Returns:
        An uncompiled model. Its `preset_source` says where it came from; a Hub
        handle there carries the commit.

    Raises:
        ValueError: the preset is unknown, malformed, oversized, corrupt, holds what
            may not be built, or is of another class.
        FileNotFoundError: a file or a repository is not there.
        PermissionError: the Hub wants another token.
        ConnectionError: the Hub can't be reached, and the cache has no copy.
    """
    source = locate(preset, revision)
    custom_objects = dict(custom_objects or {})
    config, task, metadata = _read(source, custom_objects)
    found = _task_class(task, cls, source, custom_objects)

    settings = {**task["config"], **overrides}
    if "discriminator" in settings:  # of a GAN of given networks, not of a family
        settings.setdefault("generator", config)
    planned = _plan(found, settings, config, source, custom_objects)
    if load_weights:
        raw = _check_weights(source, metadata, planned)
    else:
        _check_count(planned, metadata, source)
    try:
        with keras.saving.custom_object_scope(custom_objects):
            gan = found.from_config(copy.deepcopy(settings))
        if load_weights:
            _load_weights(gan, source.folder, raw)
    except Exception as error:
        raise invalid(source, f"it can't be built: {_short(error)}") from error
    gan.preset_source = str(source)
    return gan


def _read(source, custom_objects):
    """The three JSON files, checked."""
    files.refuse_pickles(source.folder, source)
    if not (source.folder / files.CONFIG).is_file():
        raise ValueError(
            f"Preset {source} has no {files.CONFIG}. Make sure the URI or directory "
            "you are trying to load is a valid keras_gan_zoo preset and that you have "
            "permissions to read/download from this location."
        )
    config, task, metadata = (
        trust.strip(files.read_json(source.folder, name, source))
        for name in (files.CONFIG, files.TASK, files.METADATA)
    )
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
            f"`{files.METADATA}` must give the sha256 of {files.WEIGHTS} and "
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
            f"`{files.TASK}` must be of a class of keras_gan_zoo, or of one in "
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


# === Planning: shapes without weights ===


def _plan(found, settings, config, source, custom_objects):
    """The weight shapes of both networks, found without allocating one.

    In a `StatelessScope` Keras puts off the making of weights. It keeps those that
    wait in thread-local state, so a thread of its own leaves nothing behind.
    """

    def plan():
        scope = keras.StatelessScope(initialize_variables=False)
        with scope, keras.saving.custom_object_scope(custom_objects):
            generator = keras.saving.deserialize_keras_object(copy.deepcopy(config))
            without_average = {**copy.deepcopy(settings), "ema_half_life": None}
            gan = found.from_config(without_average)
            for network in (generator, gan.generator, gan.discriminator):
                _check_outputs(network)
            same = _essence(gan.generator) == _essence(generator)
            return same, _shapes(gan.generator), _shapes(gan.discriminator)

    try:
        with ThreadPoolExecutor(1) as thread:
            same, generator, discriminator = thread.submit(plan).result()
    except Exception as error:  # whatever Keras makes of a stranger's config
        raise invalid(
            source, f"its configuration is no GAN: {_short(error)}"
        ) from error
    if not same:
        raise invalid(
            source,
            f"the generator of `{files.CONFIG}` is not the one that "
            f"`{found.__name__}` builds from `{files.TASK}` and your arguments.",
        )
    return {"generator": generator, "discriminator": discriminator}


def _shapes(network):
    return [tuple(int(n) for n in weight.shape) for weight in network.weights]


def _essence(network):
    """A network's config without what does not change its images."""
    places = {layer.name: place for place, layer in enumerate(network.layers)}
    places[network.name] = -1
    incidental = ("trainable", "dtype", "seed")

    def keep(value):
        if isinstance(value, dict):
            return {k: keep(v) for k, v in value.items() if k not in incidental}
        if isinstance(value, (list, tuple)):
            return [keep(item) for item in value]
        return places.get(value, value) if isinstance(value, str) else value

    return keep(trust.strip(keras.saving.serialize_keras_object(network)))


def _check_outputs(network):
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            _check_outputs(layer)
        try:
            outputs = keras.tree.flatten(layer.output)
        except (AttributeError, ValueError):  # a layer with several outputs, or none
            continue
        for output in outputs:
            if math.prod(n or 1 for n in output.shape) > MAX_OUTPUT:
                raise ValueError(
                    f"layer `{layer.name}` makes an array of {tuple(output.shape)}"
                )


# === Weights ===


def _check_weights(source, metadata, planned):
    """Check both weight files; returns whether they hold the raw generator."""
    for name in files.WEIGHT_FILES:
        source.verify(name, metadata["sha256"][name])
    model, task = (
        stored_shapes(source.folder / name, source) for name in files.WEIGHT_FILES
    )
    parts = {"discriminator": [], "generator": []}
    for path, shape in task.items():
        part = path.split("/")[0]
        if part not in parts:
            raise invalid(source, f"`{files.TASK_WEIGHTS}` holds `{path}`.")
        parts[part].append(shape)
    _compare(files.WEIGHTS, model.values(), planned["generator"], source)
    _compare(
        files.TASK_WEIGHTS, parts["discriminator"], planned["discriminator"], source
    )
    if parts["generator"]:
        _compare(files.TASK_WEIGHTS, parts["generator"], planned["generator"], source)
    return bool(parts["generator"])


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


def _load_weights(gan, folder, raw):
    rest = {"discriminator": gan.discriminator}
    if raw:
        rest["generator"] = gan.generator
    Networks(**rest).load_weights(folder / files.TASK_WEIGHTS)
    gan.ema_generator.load_weights(folder / files.WEIGHTS)
    if not raw:
        gan.generator.set_weights(gan.ema_generator.get_weights())


def _short(error):
    return f"{type(error).__name__}: {str(error)[:500]}"
