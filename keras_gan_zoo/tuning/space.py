"""What is searched: settings of a recipe by name, and the values that each may have."""

import copy
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import keras

from keras_gan_zoo import penalties, recipes
from keras_gan_zoo.families import find

#: name -> a list of choices, or a tuple `(low, high)` of numbers
Space: TypeAlias = Mapping[str, Sequence[Any]]

#: what is searched unless told otherwise
SPACE: dict[str, Sequence[Any]] = {
    "generator_learning_rate": (5e-5, 2e-3),
    "discriminator_learning_rate": (5e-5, 2e-3),
    "beta_1": [0.0, 0.5],
    "batch_size": [32, 64, 128],
}

LISTS = "_widths"  # how the names of settings end that are lists
BETAS = ("beta_1", "beta_2")
PLAYERS = ("generator_optimizer", "discriminator_optimizer")


def default_of(recipe: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """`SPACE`, without what an optimizer of the recipe does not have.

    Example:

    >>> "beta_1" in default_of({"family": "DCGAN"})
    True
    >>> "beta_1" in default_of({"family": "WGAN"})  # RMSprop
    False
    """
    known = [_settings_of(config) for config in _optimizers(recipe).values()]
    return {
        name: values
        for name, values in SPACE.items()
        if name not in BETAS or all(name in settings for settings in known)
    }


def check(space: Space) -> dict[str, Sequence[Any]]:
    """Check a space, and return it as a dict, with numbers of one kind as choices.

    Raises:
        ValueError: it is empty, or a setting has not two values or more.
    """
    if not space:
        raise ValueError(
            "A search needs something to vary, such as "
            '{"loss": ["hinge", "wasserstein"]}. Received: an empty space'
        )
    found = dict(space)
    for name, values in space.items():
        if name.endswith(LISTS):
            _check_lists(name, values)
        if isinstance(values, tuple):
            if not (
                len(values) == 2
                and all(isinstance(value, numbers.Real) for value in values)
                and 0 < values[0] < values[1] < math.inf
            ):
                raise ValueError(
                    "A range must be two numbers above 0, the lower one first, such as "
                    f"(1e-4, 1e-3). Received: {name}={values!r}"
                )
        elif isinstance(values, str) or len(set(map(repr, values))) < 2:
            raise ValueError(
                "Choices must be a list of two values or more, such as [32, 64]. "
                f"Received: {name}={values!r}"
            )
        elif {type(value) for value in values} == {int, float}:
            found[name] = [float(value) for value in values]
    return found


def _check_lists(name, values):
    if isinstance(values, tuple | str) or not all(
        isinstance(value, list | tuple) for value in values
    ):
        raise ValueError(
            f"`{name}` is a list, with the width of each stage, and its choices are "
            f"lists of such: [[8, 4], [16, 8]], or {name}=8,4;16,8 on the command line "
            f"(in quotes). Received: {name}={values!r}"
        )


def parse(texts: Sequence[str]) -> dict[str, Sequence[Any]]:
    """A space from texts, as the command line takes them.

    Args:
        texts: list of `"NAME=A,B,C"` for choices, `"NAME=A,B;C,D"` for choices that
            are lists, or `"NAME=LOW..HIGH"` for a range.

    Raises:
        ValueError: a text that is neither.

    Example:

    >>> parse(["loss=hinge,wasserstein", "generator_learning_rate=1e-4..1e-3"])
    {'loss': ['hinge', 'wasserstein'], 'generator_learning_rate': (0.0001, 0.001)}
    """
    found: dict[str, Sequence[Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip().replace("-", "_")
        low, dots, high = values.partition("..")
        if not (name and equals and values.strip()):
            raise ValueError(
                "What is varied must be NAME=A,B,C or NAME=LOW..HIGH, such as "
                f"batch_size=32,64 or r1=0.01..1. Received: {text!r}"
            )
        if dots:
            found[name] = (_value(low), _value(high))
        elif ";" in values:
            found[name] = [
                [_value(value) for value in part.split(",")]
                for part in values.split(";")
            ]
        else:
            found[name] = [_value(value) for value in values.split(",")]
    return check(found) if found else {}


def _value(text):
    """A number if it is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text.strip()


def applied(recipe: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe with some of its settings replaced.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`.
        values: name -> value. A name is an option of `recipes.with_options`
            (`"family"`, `"loss"`, `"batch_size"`, `"generator_learning_rate"`,
            `"critic_steps"`, `"augmentation"`, ...), `"beta_1"` or `"beta_2"` of both
            optimizers, or the name of a penalty for its weight, where 0 leaves it out.

    Returns:
        dict, a recipe of its own.

    Raises:
        ValueError: there is no such setting, or its value is wrong.
    """
    own = (*BETAS, *penalties.PENALTIES)
    plain = {name: value for name, value in values.items() if name not in own}
    made = recipes.with_options(dict(recipe), **plain)
    weights = {k: v for k, v in values.items() if k in penalties.PENALTIES}
    arguments = made["arguments"]
    if weights:
        arguments["penalties"] = _penalties(made, weights)
    betas = {name: values[name] for name in BETAS if name in values}
    if betas:
        made["compile"] = _compile(made, betas)
    return made


def _penalties(recipe, weights):
    """The recipe's, or the family's, with those of other weights."""
    given = recipe["arguments"].get("penalties")
    if given is None:
        method = find(recipe["family"]).method
        given = [
            keras.saving.serialize_keras_object(penalty)
            for penalty in method.get("penalties", ())
        ]
    classes = {penalties.PENALTIES[name].__name__: w for name, w in weights.items()}
    kept = [config for config in given if config["class_name"] not in classes]
    added = recipes.with_options(
        {**recipe, "arguments": dict(recipe["arguments"])},
        penalties=[f"{name}={w}" for name, w in weights.items() if w] or ["none"],
    )
    return [*kept, *added["arguments"]["penalties"]]


def _compile(recipe, betas):
    """Both optimizers with other betas."""
    compiled = dict(recipe.get("compile", {}))
    for player, config in _optimizers(recipe).items():
        known = _settings_of(config)
        for name in betas:
            if name not in known:
                raise ValueError(
                    f"{config['class_name']} of the {player} has no `{name}`. Name "
                    "another optimizer in the recipe, or leave it out. "
                    f"Received: {name}={betas[name]!r}"
                )
        compiled[player] = {**config, "config": {**config["config"], **betas}}
    return compiled


def _optimizers(recipe):
    """The configs of both, the recipe's or the family's, by player."""
    declared = find(recipe["family"]).optimizer_configs()
    found = {}
    for player, default in zip(PLAYERS, declared, strict=True):
        config = recipe.get("compile", {}).get(player) or default
        if isinstance(config, str):
            config = {"class_name": config, "config": {}}
        found[player] = config
    return found


def _settings_of(config):
    """The names and values of all settings of an optimizer."""
    copied = copy.deepcopy(config)  # Keras modifies the configs that it reads
    return keras.optimizers.deserialize(copied).get_config()
