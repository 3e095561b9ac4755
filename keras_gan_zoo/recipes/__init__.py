"""Recipes: everything that a training run depends on, as data, and the run itself."""

from keras_gan_zoo.recipes.run import build, load, train

__all__ = ["build", "load", "train"]
