"""Search for the settings of a recipe with KerasTuner.

    pip install 'keras-gan-zoo[tune]'

`GANHyperModel` is a `HyperModel` for any tuner of KerasTuner, `search` does it all.
"""

from keras_gan_zoo.tuning.hypermodel import GANHyperModel
from keras_gan_zoo.tuning.search import TUNERS, search
from keras_gan_zoo.tuning.space import SPACE, parse

__all__ = ["SPACE", "TUNERS", "GANHyperModel", "parse", "search"]
