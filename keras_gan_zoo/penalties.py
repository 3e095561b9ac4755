"""The public name of `keras_gan_zoo.objectives.penalties`."""

from keras_gan_zoo.objectives.penalties import *  # noqa: F403
from keras_gan_zoo.objectives.penalties import __all__  # noqa: F401
