"""eriklindernoren/Keras-GAN#53, #20: a generator with a label input of its own.

An unconditional GAN has nothing to feed it: the constructor refuses it.
"""

import keras
from keras import layers
from small import check_refused, gan, outcome

z, label = keras.Input((4,)), keras.Input((10,))
x = layers.Dense(64, activation="tanh")(layers.Concatenate()([z, label]))
images = layers.Reshape((8, 8, 1))(x)
for inputs in ([z, label], {"z": z, "label": label}):
    found, _ = outcome(gan, lambda inputs=inputs: keras.Model(inputs, images))
    check_refused(found, "generator", "Received: ")
