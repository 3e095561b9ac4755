"""Builds the model of a recipe."""

import copy
import inspect
from typing import Any

import keras

from keras_gan_zoo import families
from keras_gan_zoo.backend.keras_internals import without_tensorflow
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.networks import described as networks
from keras_gan_zoo.networks import policies
from keras_gan_zoo.recipes import data
from keras_gan_zoo.recipes.checks import check_keys
from keras_gan_zoo.training.settings import check_seed


def build(recipe: dict[str, Any]) -> Any:
    """The recipe's model, compiled.

    The networks are the family's, or those that the recipe describes under `networks`.
    If the recipe of a family that needs labels leaves out `num_classes` and
    `label_names`, they come from its data; a family that can do without is
    unconditional then. Its `seed` determines the initial weights too, and
    whatever else is drawn from the generators of Python, NumPy and the backend.

    Raises:
        ValueError: it is no recipe, or the family needs labels, and the data have none.
    """
    check_keys(recipe, ["family"])
    family = families.find(recipe["family"])
    seed = recipe.get("arguments", {}).get("seed")
    if seed is not None:
        with without_tensorflow():
            keras.utils.set_random_seed(check_seed(seed))
    given = recipe.get("arguments", {})
    gan = family(**label_arguments(recipe), **given, **_networks(recipe, family))
    # A copy, because Keras modifies the configs that it reads ("Adam" -> "adam").
    gan.compile(**copy.deepcopy(recipe.get("compile", {})))
    return gan


def _networks(recipe, family):
    """The networks that the recipe describes, by the names of their arguments."""
    described, given = recipe.get("networks", {}), recipe.get("arguments", {})
    if not described:
        return {}
    if set(described) != {"generator", "discriminator"}:
        raise ValueError(
            "A recipe's `networks` must describe the `generator` and the "
            f"`discriminator`. Received: {', '.join(described) or 'neither'}"
        )
    sizes = inspect.signature(family.networks).parameters
    keywords = inspect.signature(GAN).parameters
    unread = [k for k in given if k in sizes and k not in (*keywords, "image_shape")]
    if unread:
        raise ValueError(
            "A recipe with `networks` of its own takes no arguments for the family's: "
            f"give them to its networks. Received: {', '.join(unread)}"
        )
    shape = given.get("image_shape", sizes["image_shape"].default)
    with policies.built_with(given.get("dtype")):
        return {k: networks.build(v, shape) for k, v in described.items()}


def takes_labels(family: Any) -> bool:
    """Whether the networks of a family take labels, always or if told to."""
    return "num_classes" in inspect.signature(family.networks).parameters


def is_conditional(family: Any) -> bool:
    """Whether a family needs labels: its `num_classes` has no default of None."""
    taken = inspect.signature(family.networks).parameters.get("num_classes")
    return taken is not None and taken.default is not None


def classes_of(recipe: dict[str, Any]) -> list[str] | int | None:
    """The classes that labels of the recipe's data mean: their names, or their number.

    None if no labels are used, or if the recipe names the classes itself: labels of
    data are matched with its names then.
    """
    given = recipe.get("arguments", {})
    wanted = given.get("num_classes") is not None
    if not (wanted or is_conditional(families.find(recipe["family"]))):
        return None
    if given.get("label_names"):
        return None
    names, count = data.classes_of(recipe)
    return count if names is None else list(names)


def label_arguments(recipe: dict[str, Any]) -> dict[str, Any]:
    """The arguments that a conditional family takes from the data, a dict.

    Empty if the recipe gives them, or if the family can do without labels.
    """
    given = recipe.get("arguments", {})
    if "num_classes" in given or not is_conditional(families.find(recipe["family"])):
        return {}
    names, count = data.classes_of(recipe)
    if count is not None and names is None:
        return {"num_classes": count}
    if names is None:
        raise ValueError(
            f"{recipe['family']} learns from labels, and these data have none. Use a "
            "data set with classes, such as digits, or a folder with one sub-folder "
            f"per class, or with a metadata.csv. Received: data={recipe['data']!r}"
        )
    return {"num_classes": len(names), "label_names": list(names)}
