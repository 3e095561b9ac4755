"""The command line: `keras-gan-zoo list | show | train | sample | score | ...`.

It parses, calls the package and prints.
"""

# Importing these adds the commands to the app, in this order.
from keras_gan_zoo.cli import commands  # noqa: F401, I001
from keras_gan_zoo.cli import scoring  # noqa: F401
from keras_gan_zoo.cli import reference  # noqa: F401
from keras_gan_zoo.cli import publishing  # noqa: F401
from keras_gan_zoo.cli.app import app, main

__all__ = ["app", "main"]
