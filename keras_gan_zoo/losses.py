"""The public name of `keras_gan_zoo.objectives.losses`, and of larger losses."""

from keras_gan_zoo.objectives import energy, losses, multi_hinge, random_hinge, top_k
from keras_gan_zoo.objectives.energy import *  # noqa: F403
from keras_gan_zoo.objectives.losses import *  # noqa: F403
from keras_gan_zoo.objectives.multi_hinge import *  # noqa: F403
from keras_gan_zoo.objectives.random_hinge import *  # noqa: F403
from keras_gan_zoo.objectives.top_k import *  # noqa: F403

__all__ = [
    *losses.__all__,
    *energy.__all__,
    *multi_hinge.__all__,
    *random_hinge.__all__,
    *top_k.__all__,
]
