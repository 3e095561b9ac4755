"""keras-team/keras#10806: saving a GAN loses the state of one of its optimizers.

A resumed run is the uninterrupted one to the bit, with two schedules, momentum, an
average, dropout and a partial last batch.
"""

import keras
import numpy as np
from keras import layers
from small import IMAGES, folder, gan, kgz, to_numpy


def discriminator():
    x = keras.Input((8, 8, 1))
    h = layers.Dense(16)(layers.Flatten()(layers.GaussianNoise(0.1)(x)))
    return keras.Model(x, layers.Dense(1)(layers.Dropout(0.3)(h)))


def build():
    keras.utils.set_random_seed(3)
    model = gan(
        judge=discriminator,
        penalties=[kgz.GradientPenalty(1)],
        critic_steps=2,
        ema_half_life=50,
    )
    schedules = keras.optimizers.schedules
    model.compile(
        keras.optimizers.Adam(schedules.CosineDecay(1e-2, 20)),
        keras.optimizers.RMSprop(
            schedules.ExponentialDecay(1e-2, 3, 0.5), momentum=0.5
        ),
    )
    return model


whole = build()
whole.fit(IMAGES[:23], batch_size=4, epochs=3, verbose=0)
path = str(folder() / "{epoch}.keras")
checkpoint = keras.callbacks.ModelCheckpoint(path)
build().fit(IMAGES[:23], batch_size=4, epochs=1, verbose=0, callbacks=[checkpoint])
again = keras.models.load_model(path.format(epoch=1))
again.fit(IMAGES[:23], batch_size=4, epochs=3, initial_epoch=1, verbose=0)
np.testing.assert_array_equal(to_numpy(again.variables), to_numpy(whole.variables))
