"""The command line: `keras-gan-zoo list | show | train | report | sample | ...`.

It parses, calls the package and prints. It stands beside `keras_gan_zoo`, not inside:
importing that imports Keras, with a backend, and so each command does it for itself,
after `--backend` was read and only if there is something to do.
"""

from keras_gan_zoo_cli.interrupts import said

with said():  # these take the better part of a second
    # Importing them adds the commands to the app, in this order.
    from keras_gan_zoo_cli import commands  # noqa: F401, I001
    from keras_gan_zoo_cli import reports  # noqa: F401
    from keras_gan_zoo_cli import tuning  # noqa: F401
    from keras_gan_zoo_cli import sampling  # noqa: F401
    from keras_gan_zoo_cli import demo  # noqa: F401
    from keras_gan_zoo_cli import scoring  # noqa: F401
    from keras_gan_zoo_cli import verifying  # noqa: F401
    from keras_gan_zoo_cli import reference  # noqa: F401
    from keras_gan_zoo_cli import publishing  # noqa: F401
    from keras_gan_zoo_cli import leaderboards  # noqa: F401
    from keras_gan_zoo_cli.app import app, main

__all__ = ["app", "main"]
