"""A GAN for another number of classes, with all weights that don't depend on it."""

import operator
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import stored_variables, without_tensorflow
from keras_gan_zoo.networks.classes import exchange
from keras_gan_zoo.networks.contract import networks_of
from keras_gan_zoo.networks.policies import built_with
from keras_gan_zoo.presets import parts
from keras_gan_zoo.presets.progress import progress_of, set_progress

#: what a GAN knows of where it came from
ORIGIN = ("preset_source", "preset_origin")


def check(num_classes: Any) -> int:
    """A number of classes.

    Raises:
        ValueError: it is not a whole number from 2 on.
    """
    try:
        if operator.index(num_classes) >= 2:
            return operator.index(num_classes)
    except TypeError:
        pass
    raise ValueError(
        "`num_classes` must be a whole number from 2 on, such as 7: the networks of a "
        "conditional preset take labels, and can't do without. "
        f"Received: num_classes={num_classes!r}"
    )


@without_tensorflow()
def transferred(
    gan: Any,
    num_classes: int,
    label_names: Sequence[str] | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> tuple[Any, list[str]]:
    """The same GAN for other classes.

    Only what has a size by the number of classes is drawn anew: tables and embeddings
    of labels, and heads with logits of classes. All other weights, the average's too,
    are those of `gan`, to the bit.

    Args:
        gan: a conditional `GAN`.
        num_classes: int. With as many as `gan` has, nothing is drawn.
        label_names: list of `num_classes` str, or None.
        custom_objects: dict, the caller's own classes.

    Returns:
        An uncompiled GAN, and the names of what was drawn, such as
        `"generator/embedding"`.

    Raises:
        ValueError: `gan` is unconditional, or it can't be told what in its networks
            depends on the number of classes.
    """
    num_classes = check(num_classes)
    if gan.num_classes is None:
        raise ValueError(
            "`num_classes` can be given for a conditional preset, whose class "
            "embeddings are then replaced. Received: "
            f"num_classes={num_classes}, for an unconditional {type(gan).__name__}"
        )
    same = num_classes == gan.num_classes
    config = gan.get_config()
    config["num_classes"] = num_classes
    config["label_names"] = (
        gan.label_names if same and label_names is None else label_names
    )
    drawn = []
    try:
        for name in () if same else networks_of(gan):
            config[name], layers = exchange(config[name], gan.num_classes, num_classes)
            drawn += [f"{name}/{layer}" for layer in layers]
        if not (same or drawn):
            raise ValueError("none of its layers depends on the number of classes")
        with (
            keras.saving.custom_object_scope(custom_objects or {}),
            built_with(gan.dtype_policy),
        ):
            made = type(gan).from_config(config)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"A {type(gan).__name__} of {gan.num_classes} classes can't be made one of "
            f"{num_classes}: {error}. Received: num_classes={num_classes}"
        ) from error
    if gan.label_counts is not None and not same:
        drawn.append("the counts of the labels")
    _copy(gan, made)
    set_progress(made, progress_of(gan))
    for name in ORIGIN:
        if hasattr(gan, name):
            setattr(made, name, getattr(gan, name))
    return made, drawn


def _copy(gan, made):
    """Copy what has the same shape in both, but whole wrapped layers or nothing."""
    old, new = (_stored(one) for one in (gan, made))
    other = {path for path in new if old[path].shape != new[path].shape}
    wrapped = tuple(
        path.rpartition("/layer/")[0] + "/" for path in other if "/layer/" in path
    )
    for path, variable in new.items():
        # Of a wrapped layer, `u` and `v` of the spectral norm belong to its kernel.
        if path not in other and not path.startswith(wrapped):
            variable.assign(old[path])


def _stored(gan):
    """All weights of a GAN by their paths in a preset, the average's too."""
    found = {**networks_of(gan), **parts.state_of(gan)}
    if gan.ema_generator is not gan.generator:
        found["ema_generator"] = gan.ema_generator
    return stored_variables(parts.Parts(**found))


def sentence(preset: Any, before: int, after: int, drawn: Sequence[str]) -> str:
    """What a transfer means for the user.

    Example:

    >>> print(sentence("cats", 10, 7, ["generator/embedding"]))
    Preset `cats` has 10 classes, and this GAN has 7: what depends on their number \
starts from new weights, generator/embedding. All others are the preset's. Train it on \
your classes by `fit` before you generate.
    """
    return (
        f"Preset `{preset}` has {before} classes, and this GAN has {after}: what "
        f"depends on their number starts from new weights, {', '.join(drawn)}. All "
        "others are the preset's. Train it on your classes by `fit` before you "
        "generate."
    )
