"""A recipe -> its model."""

import copy

from keras_gan_zoo import families


def build(recipe):
    """The recipe's model, compiled."""
    gan = families.find(recipe["family"])(**recipe.get("arguments", {}))
    # A copy, since Keras writes into the configs that it reads ("Adam" -> "adam").
    gan.compile(**copy.deepcopy(recipe.get("compile", {})))
    return gan
