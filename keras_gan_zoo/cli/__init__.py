"""The command line: `keras-gan-zoo list | show | train | sample | score | ...`.

It parses, calls the package and prints.
"""

from keras_gan_zoo.cli import commands  # noqa: F401, its import adds them to the app
from keras_gan_zoo.cli.app import app, main

__all__ = ["app", "main"]
