"""The zoo: its entries, and how they are made, selected, scored and published."""

from keras_gan_zoo.zoo.anchors import score_anchors
from keras_gan_zoo.zoo.checking import check_zoo
from keras_gan_zoo.zoo.entries import describe, list_entries
from keras_gan_zoo.zoo.entry import (
    attach_scores,
    facts,
    make_entry,
    score_entry,
)
from keras_gan_zoo.zoo.families import families_table, list_families
from keras_gan_zoo.zoo.protocol import protocol_of
from keras_gan_zoo.zoo.public_scores import planned, public_table, score_public
from keras_gan_zoo.zoo.publishing import publish, publish_folder, save_run
from keras_gan_zoo.zoo.readme import markers, read_table, refresh_readme
from keras_gan_zoo.zoo.score_table import largest_differences, score_table
from keras_gan_zoo.zoo.scores import read_scores, score_zoo, write_scores
from keras_gan_zoo.zoo.selection import prepared, select

__all__ = [
    "attach_scores",
    "check_zoo",
    "describe",
    "facts",
    "families_table",
    "largest_differences",
    "list_entries",
    "list_families",
    "make_entry",
    "markers",
    "planned",
    "prepared",
    "protocol_of",
    "public_table",
    "publish",
    "publish_folder",
    "read_scores",
    "read_table",
    "refresh_readme",
    "save_run",
    "score_anchors",
    "score_entry",
    "score_public",
    "score_table",
    "score_zoo",
    "select",
    "write_scores",
]
