"""The public name of `keras_gan_zoo.objectives.auxiliaries`, and of more such terms."""

from keras_gan_zoo.objectives import (
    auxiliaries,
    class_terms,
    consistency,
    drift,
    pull_away,
    reconstruction,
    self_supervision,
)
from keras_gan_zoo.objectives.auxiliaries import *  # noqa: F403
from keras_gan_zoo.objectives.class_terms import *  # noqa: F403
from keras_gan_zoo.objectives.consistency import *  # noqa: F403
from keras_gan_zoo.objectives.drift import *  # noqa: F403
from keras_gan_zoo.objectives.pull_away import *  # noqa: F403
from keras_gan_zoo.objectives.reconstruction import *  # noqa: F403
from keras_gan_zoo.objectives.self_supervision import *  # noqa: F403

__all__ = [
    *auxiliaries.__all__,
    *class_terms.__all__,
    *consistency.__all__,
    *drift.__all__,
    *self_supervision.__all__,
    *reconstruction.__all__,
    *pull_away.__all__,
]
