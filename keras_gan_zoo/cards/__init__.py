"""Model cards: a Hub-ready README.md for a preset folder, with its scores."""

from keras_gan_zoo.cards.card import (
    attach_report,
    refresh_card,
    set_handle,
    write_card,
)
from keras_gan_zoo.cards.checks import Verification
from keras_gan_zoo.cards.results import eval_results
from keras_gan_zoo.cards.verification import verify
from keras_gan_zoo.presets.origin import public_recipe

__all__ = [
    "Verification",
    "attach_report",
    "eval_results",
    "public_recipe",
    "refresh_card",
    "set_handle",
    "verify",
    "write_card",
]
