"""igul222/improved_wgan_training#25: the schedule of a critic with several steps.

Schedules count iterations of the GAN for both players, as `GAN` says.
"""

import keras
import numpy as np
from small import IMAGES, gan


def rate():
    return keras.optimizers.schedules.PiecewiseConstantDecay([6], [1e-3, 1e-6])


model = gan(critic_steps=3)
model.compile(keras.optimizers.Adam(rate()), keras.optimizers.Adam(rate()))
for epochs, expected in ((1, 1e-3), (2, 1e-6)):  # 4 iterations each, of 6 images
    model.fit(IMAGES, batch_size=2, epochs=epochs, initial_epoch=epochs - 1, verbose=0)
    for optimizer in (
        model.optimizer.generator_optimizer,
        model.optimizer.discriminator_optimizer,
    ):
        np.testing.assert_allclose(float(optimizer.learning_rate), expected, rtol=1e-5)
