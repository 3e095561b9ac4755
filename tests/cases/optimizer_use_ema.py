"""keras-team/keras#18949, keras-team/keras-core#437: `use_ema` of an optimizer.

In Keras `fit` ends with the averages in the model's weights. So it does here, or
`compile` refuses the option and names `ema_half_life`.
"""

import keras
import numpy as np
from small import IMAGES, check_refused, gan, outcome, to_numpy


def train():
    model = gan()
    optimizer = keras.optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.9)
    model.compile(optimizer, keras.optimizers.Adam(1e-2))
    model.fit(IMAGES, batch_size=8, epochs=3, verbose=0)
    return optimizer, model.generator


found, _ = outcome(train)
if isinstance(found, Exception):
    check_refused(found, "ema_half_life")
else:
    optimizer, generator = found
    np.testing.assert_allclose(
        to_numpy(generator.trainable_variables),
        to_numpy(optimizer._model_variables_moving_average),
    )
