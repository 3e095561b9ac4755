"""tensorflow/tensorflow#59275: a generator that is a subclass of `keras.Model`.

A built one trains, with and without an average; or the error says how to wrap it.
"""

import keras
import numpy as np
from keras import layers
from small import IMAGES, check_refused, discriminator, gan, generator, outcome


@keras.saving.register_keras_serializable("subclassed_networks")
class Generator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(64, activation="tanh")
        self.reshape = layers.Reshape((8, 8, 1))

    def call(self, z, training=False):
        return self.reshape(self.dense(z))


@keras.saving.register_keras_serializable("subclassed_networks")
class Discriminator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.flatten, self.dense = layers.Flatten(), layers.Dense(1)

    def call(self, x, training=False):
        return self.dense(self.flatten(x))


def built_generator():
    model = Generator()
    model(np.zeros((1, 4), "float32"))
    return model


def built_discriminator():
    model = Discriminator()
    model(np.zeros((1, 8, 8, 1), "float32"))
    return model


def train(make, judge, half_life):
    model = gan(make, judge, ema_half_life=half_life)
    model.fit(IMAGES, batch_size=8, verbose=0)
    return model.generate(2, seed=0).shape


for half_life in (None, 100):
    for networks in (
        (built_generator, discriminator),
        (generator, built_discriminator),
    ):
        found, _ = outcome(train, *networks, half_life)
        if found != (2, 8, 8, 1):
            check_refused(found, "keras.Model(")
