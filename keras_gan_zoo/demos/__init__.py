"""Demos: a preset as a page to play with, here or as a Space on the Hub.

    pip install 'keras-gan-zoo[demo]'

`demo` serves the page, `build` makes it without serving it, and `write_space` writes
the folder of a Space.
"""

from keras_gan_zoo.demos.app import build, demo
from keras_gan_zoo.demos.space import write_space

__all__ = ["build", "demo", "write_space"]
