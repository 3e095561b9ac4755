"""How much is tried on the backend of this process."""

import os

import keras

#: everything, or without what is tried on TensorFlow alone; `make test-all` sets it
EVERYTHING = keras.config.backend() == "tensorflow" or bool(
    os.environ.get("KERAS_GAN_ZOO_ALL_FAMILIES")
)
