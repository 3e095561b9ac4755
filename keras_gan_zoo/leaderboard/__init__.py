"""The leaderboard: scored models beside each other, each number among its equals."""

from keras_gan_zoo.leaderboard.boards import Board, Column, boards_of
from keras_gan_zoo.leaderboard.gathering import Gathered, gather
from keras_gan_zoo.leaderboard.models import Model, read_model
from keras_gan_zoo.leaderboard.writing import TITLE, write_leaderboard

__all__ = [
    "TITLE",
    "Board",
    "Column",
    "Gathered",
    "Model",
    "boards_of",
    "gather",
    "read_model",
    "write_leaderboard",
]
