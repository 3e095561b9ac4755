"""The zoo: its entries, how one is made, chosen, scored and published."""

from keras_gan_zoo.zoo.entries import describe, zoo_entries
from keras_gan_zoo.zoo.entry import (
    END,
    START,
    about,
    find_recipe,
    make_entry,
    plan,
    publish,
    read_scores,
    refresh_readme,
    save_run,
    score_zoo,
    select,
    train,
)

__all__ = [
    "END",
    "START",
    "about",
    "describe",
    "find_recipe",
    "make_entry",
    "plan",
    "publish",
    "read_scores",
    "refresh_readme",
    "save_run",
    "score_zoo",
    "select",
    "train",
    "zoo_entries",
]
