"""Plain pickles of whole modules: R3GAN's, and NVIDIA's persistent ones.

Each tensor's storage is a legacy file inside of the pickle.
"""

from typing import Any

from keras_gan_zoo.weight_files.opcodes import Budget
from keras_gan_zoo.weight_files.pickles import Reader
from keras_gan_zoo.weight_files.torch_legacy import read_legacy
from keras_gan_zoo.weight_files.torch_tensors import stand_ins
from keras_gan_zoo.weight_files.window import Window, as_window


def read_pickled(window: Window, budget: Budget) -> Any:
    """The object that was pickled; its tensors are read when they are asked for."""

    def load_bytes(data):
        return read_legacy(as_window(data), budget, nested=True)

    def persistent(pid):
        raise ValueError("it refers to something outside of the file")

    return Reader(window, stand_ins(load_bytes, budget), persistent, budget).load()
