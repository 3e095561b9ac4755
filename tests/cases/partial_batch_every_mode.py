"""eriklindernoren/Keras-GAN#167, keras-team/keras#18070: an incomplete last batch.

17 images in batches of 8 train in every mode of Keras in as many steps: 8, 8 and 1.
"""

import keras
from small import IMAGES, gan, kgz

MODES = [{}, {"run_eagerly": True}]
if keras.config.backend() != "torch":  # where Keras has none of these
    MODES += [{"jit_compile": True}, {"steps_per_execution": 2}]
    MODES += [{"steps_per_execution": 9}]
for settings in MODES:
    model = gan(penalties=[kgz.GradientPenalty(1)])
    model.compile(**settings)
    model.fit(IMAGES[:17], batch_size=8, epochs=2, verbose=0)
    steps = model.optimizer.discriminator_optimizer.iterations
    assert int(model.optimizer.iterations) == int(steps) == 6, settings
