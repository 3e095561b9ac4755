"""keras-team/keras-tuner#392, #574: callbacks must be deep-copyable, since each trial
gets its own.

A copy, made before or after a fit, scores as the original.
"""

import copy

import keras
import numpy as np
from keras import layers
from small import IMAGES, gan

import keras_gan_zoo as kgz

x = keras.Input((8, 8, 1))
h = layers.Flatten()(layers.Rescaling(1 / 255)(x))
model = keras.Model(x, layers.Dense(4)(h))
extractor = kgz.scoring.Extractor(model, name="mine", outputs=("features",))
original = kgz.callbacks.Score(
    IMAGES, metrics=["fid"], num_images=24, extractor=extractor
)


def fit(score):
    keras.utils.set_random_seed(0)
    made = gan()
    return made.fit(IMAGES, batch_size=8, verbose=0, callbacks=[score]).history["fid"]


before = fit(copy.deepcopy(original))
want = fit(original)
after = fit(copy.deepcopy(original))
np.testing.assert_allclose([before, after], [want, want], rtol=1e-5)
