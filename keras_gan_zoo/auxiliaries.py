"""The public name of `keras_gan_zoo.objectives.auxiliaries`."""

from keras_gan_zoo.objectives.auxiliaries import *  # noqa: F403
from keras_gan_zoo.objectives.auxiliaries import __all__  # noqa: F401
