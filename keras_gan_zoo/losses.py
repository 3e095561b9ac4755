"""The public name of `keras_gan_zoo.objectives.losses`."""

from keras_gan_zoo.objectives.losses import *  # noqa: F403
from keras_gan_zoo.objectives.losses import __all__  # noqa: F401
