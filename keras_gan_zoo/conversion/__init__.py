"""Public weights of others: their names, their layouts, and how they become ours."""

from keras_gan_zoo.conversion.convert import convert
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.public import public_checkpoints
from keras_gan_zoo.conversion.rules import part, port
from keras_gan_zoo.conversion.source import (
    Player,
    Source,
    fill,
    identify,
    known_sources,
)
from keras_gan_zoo.weight_files import read_weights

__all__ = [
    "Files",
    "Player",
    "Source",
    "convert",
    "fill",
    "identify",
    "known_sources",
    "part",
    "port",
    "public_checkpoints",
    "read_weights",
]
