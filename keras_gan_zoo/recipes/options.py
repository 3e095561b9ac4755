"""Settings of a run by name, such as the command line's, as a recipe has them."""

import dataclasses
import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_gan_zoo import augmentation, losses, penalties
from keras_gan_zoo.datasets import ImagePreparation
from keras_gan_zoo.families import Family
from keras_gan_zoo.near_names import did_you_mean
from keras_gan_zoo.presets import dtypes

#: options of the run itself
RUN = ("family", "data", "epochs", "batch_size", "on_error")
#: options of how images are prepared
PREPARATION = tuple(field.name for field in dataclasses.fields(ImagePreparation))
#: options of the two optimizers
RATES = {
    "generator_learning_rate": "generator_optimizer",
    "discriminator_learning_rate": "discriminator_optimizer",
}


def arguments_of(family: type[Family], options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a family's constructor among options.

    Args:
        family: the class.
        options: dict; all but those of `RUN`, `RATES` and `PREPARATION` are arguments.
            `penalties` is a list of texts or configs: see `penalties_of`;
            `augmentation` is `"none"`, a name or a config.

    Returns:
        dict, ready for JSON.

    Raises:
        ValueError: the family has no such argument, or its value is wrong.
    """
    known = [name for name in inspect.signature(family).parameters if name != "kwargs"]
    found = {k: v for k, v in options.items() if k not in (*RUN, *RATES, *PREPARATION)}
    for name, value in found.items():
        if name not in known:
            own = ", ".join(inspect.signature(family.networks).parameters)
            raise ValueError(
                f"{family.__name__} has no `{name}`. {did_you_mean(name, known, '`')}"
                f"The sizes of its networks are {own}. Received: {name}={value!r}"
            )
        if name.endswith("_widths") and not isinstance(value, list | tuple):
            raise ValueError(
                f"`{name}` must be a list, with the width of each stage, such as "
                f"[128, 64]. Received: {name}={value!r}"
            )
    if "loss" in found:
        losses.get(found["loss"])
    if "penalties" in found:
        found["penalties"] = penalties_of(found["penalties"])
    if "augmentation" in found:
        found["augmentation"] = _augmentation_of(found["augmentation"])
    if "dtype" in found:
        found["dtype"] = dtypes.check(found["dtype"])
    return found


def _augmentation_of(name):
    """The config of an augmentation by its name, None of `"none"`."""
    if name == "none":
        return None
    if isinstance(name, str) and name not in augmentation.AUGMENTATIONS:
        known = ["none", *augmentation.AUGMENTATIONS]
        raise ValueError(
            f"`augmentation` must be one of {', '.join(known)}. "
            f"{did_you_mean(name, known)}Received: {name!r}"
        )
    return keras.saving.serialize_keras_object(augmentation.get(name))


def full_width(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe with its family's own widths, as published, in place of the recipe's.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`.

    Example:

    >>> full_width({"arguments": {"seed": 1, "generator_widths": [8]}})
    {'arguments': {'seed': 1}}
    """
    arguments = recipe.get("arguments", {})
    kept = {
        name: value
        for name, value in arguments.items()
        if not (name.endswith(("_width", "_widths")) or name == "blocks")
    }
    return {**recipe, "arguments": kept}


def penalties_of(
    texts: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The configs of penalties.

    Args:
        texts: list of a penalty's name, or its name and weight, such as `"r1=10"`, or
            its config; `["none"]` for no penalty.
    """
    found = []
    texts = [texts] if isinstance(texts, str | Mapping) else texts
    for text in texts:
        if isinstance(text, Mapping):
            penalties.get(dict(text))
            found.append(dict(text))
            continue
        name, _, weight = (part.strip() for part in str(text).partition("="))
        if name == "none" and len(texts) == 1:
            return []
        known = name in penalties.PENALTIES
        try:
            cls = penalties.PENALTIES[name]
            penalty = cls(float(weight)) if weight else cls()
        except (KeyError, ValueError):
            hint = "" if known else did_you_mean(name, penalties.PENALTIES)
            raise ValueError(
                f"`penalties` must be none or any of {', '.join(penalties.PENALTIES)}, "
                "with a weight if you like, a number from 0 on, such as r1=10. "
                f"{hint}Received: {text}"
            ) from None
        found.append(
            {
                "class_name": cls.__name__,
                "config": penalty.get_config(),
                "module": cls.__module__,
                "registered_name": f"keras_gan_zoo>{cls.__name__}",
            }
        )
    return found


def compile_of(
    family: type[Family], compile: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """The optimizers of a recipe, with the learning rates among options.

    Args:
        family: the class, whose own optimizers these are by default.
        compile: dict, what the recipe has.
        options: dict; those of `RATES` are read.

    Raises:
        ValueError: a rate is not a positive number.
    """
    found = dict(compile)
    for index, (name, player) in enumerate(RATES.items()):
        if name not in options:
            continue
        rate = options[name]
        is_number = isinstance(rate, int | float) and math.isfinite(rate)
        if not (is_number and rate > 0):
            raise ValueError(
                f"`{name}` must be a positive number, such as 0.0002. "
                f"Received: {name}={rate!r}"
            )
        config = found.get(player) or family.optimizer_configs()[index]
        if isinstance(config, str):
            config = {"class_name": config, "config": {}}
        settings = {**config["config"], "learning_rate": rate}
        found[player] = {**config, "config": settings}
    return found
