"""tensorflow/tensorflow#57574, #48673: a network with a residual `x + y` is not loaded.

What was saved loads and makes the same images.
"""

import keras
import numpy as np
from keras import layers
from small import IMAGES, folder, gan, kgz


def generator(join):
    z = keras.Input((4,))
    h = layers.Dense(16)(z)
    h = join(h, layers.Dense(16)(h))
    x = layers.Dense(64, activation="tanh")(h)
    return keras.Model(z, layers.Reshape((8, 8, 1))(x))


for join in (
    lambda a, b: layers.Add()([a, b]),
    lambda a, b: a + b,
    lambda a, b: a * 0.7 + b,
    lambda a, b: keras.ops.tanh(a),
):
    model = gan(lambda join=join: generator(join))
    model.fit(IMAGES, batch_size=8, verbose=0)
    preset = folder() / "preset"
    model.save_to_preset(preset)
    images = kgz.GAN.from_preset(preset).generate(2, seed=0)
    np.testing.assert_array_equal(images, model.generate(2, seed=0))
