"""A recipe -> its model."""

import copy
import inspect

from keras_gan_zoo import datasets, families


def build(recipe):
    """The recipe's model, compiled.

    Where the recipe of a conditional family leaves out `num_classes` and
    `label_names`, they are those of its data.

    Raises:
        ValueError: the family needs labels, and the data have none.
    """
    family = families.find(recipe["family"])
    gan = family(**label_arguments(recipe), **recipe.get("arguments", {}))
    # A copy, since Keras writes into the configs that it reads ("Adam" -> "adam").
    gan.compile(**copy.deepcopy(recipe.get("compile", {})))
    return gan


def is_conditional(family):
    """Whether the networks of a family take labels."""
    return "num_classes" in inspect.signature(family.networks).parameters


def label_arguments(recipe):
    """What a conditional family asks of the data and the recipe leaves out, a dict."""
    given = recipe.get("arguments", {})
    if "num_classes" in given or not is_conditional(families.find(recipe["family"])):
        return {}
    names = datasets.label_names(recipe["data"])
    if names is None:
        raise ValueError(
            f"{recipe['family']} learns from labels, and these data have none. Give a "
            "data set with classes, such as digits, or a folder with a sub-folder a "
            f"class. Received: data={recipe['data']!r}"
        )
    return {"num_classes": len(names), "label_names": list(names)}
