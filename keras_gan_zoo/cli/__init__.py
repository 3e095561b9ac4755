"""The command line from within Python: `python -m keras_gan_zoo.cli`, `main()`.

It is made in `keras_gan_zoo_cli`, which starts faster, since it can wait with Keras.
"""

from keras_gan_zoo_cli import app, main

__all__ = ["app", "main"]
