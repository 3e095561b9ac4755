"""Model cards: a Hub-ready README.md for a preset folder, with its scores."""

from keras_gan_zoo.cards.card import public_recipe, set_handle, write_card
from keras_gan_zoo.cards.results import eval_results

__all__ = [
    "eval_results",
    "public_recipe",
    "set_handle",
    "write_card",
]
