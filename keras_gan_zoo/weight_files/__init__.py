"""Weights of other projects' files, read without running any code of theirs."""

from keras_gan_zoo.weight_files.reading import read_weights
from keras_gan_zoo.weight_files.tensor import Tensor, Weights

__all__ = ["Tensor", "Weights", "read_weights"]
