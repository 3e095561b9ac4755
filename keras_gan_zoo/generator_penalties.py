"""The public name of `keras_gan_zoo.objectives.generator_penalties`."""

from keras_gan_zoo.objectives.generator_penalties import *  # noqa: F403
from keras_gan_zoo.objectives.generator_penalties import __all__  # noqa: F401
