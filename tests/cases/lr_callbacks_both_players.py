"""Lightning-AI/pytorch-lightning#1037: one scheduler of a GAN's two takes effect.

A callback that changes the learning rate changes both players', and keeps their ratio.
"""

import keras
import numpy as np
from small import IMAGES, gan

for callback in (
    keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * (0.1 if epoch else 1)),
    keras.callbacks.ReduceLROnPlateau(
        "d_loss", factor=0.1, patience=1, min_delta=100, mode="min"
    ),
):
    model = gan()
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(4e-3))
    model.fit(IMAGES, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
    generator = float(model.optimizer.generator_optimizer.learning_rate)
    discriminator = float(model.optimizer.discriminator_optimizer.learning_rate)
    np.testing.assert_allclose([generator, discriminator], [1e-4, 4e-4], rtol=1e-3)
