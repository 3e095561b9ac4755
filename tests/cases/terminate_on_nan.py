"""keras-team/keras-tuner#442, keras-team/keras#6747, lucidrains/lightweight-gan#92.

With `TerminateOnNaN` training stops within a few steps of the first NaN.
"""

import keras
import numpy as np
from small import IMAGES, gan


class Poison(keras.callbacks.Callback):
    """Makes a weight NaN before the third step."""

    steps = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.steps += 1
        if self.steps == 3:
            kernel = self.model.discriminator.layers[-1].kernel
            kernel.assign(np.full(kernel.shape, np.nan, "float32"))


poison = Poison()
stop = keras.callbacks.TerminateOnNaN()
gan().fit(IMAGES, batch_size=8, epochs=10, verbose=0, callbacks=[poison, stop])
assert poison.steps <= 6, poison.steps
