"""How much is tried on the backend of this process."""

import os

import keras

_BACKEND = keras.config.backend()
_ALL = bool(os.environ.get("KERAS_GAN_ZOO_TEST_ALL"))  # `make test-all` sets it

#: every family, or one a network
EVERY_FAMILY = _ALL or _BACKEND == "tensorflow"
#: also what is the same on every backend; torch's steps need no compiling
ONCE = _ALL or _BACKEND == "torch"
