"""tensorflow/tensorflow#48662, #38850: a gradient penalty under mixed precision.

It is finite, although the generator returns float16 and the images are float32.
"""

import keras
import numpy as np
from small import IMAGES, gan, kgz

for policy in ("mixed_float16", "mixed_bfloat16"):
    for penalty in (kgz.penalties.R1, kgz.penalties.DRAGAN, kgz.GradientPenalty):
        keras.config.set_dtype_policy(policy)
        model = gan(penalties=[penalty(weight=1)])
        history = model.fit(IMAGES, batch_size=8, verbose=0).history
        value = history[penalty.name][-1]
        assert np.isfinite(value), (policy, penalty, value)
        assert value > 0, (policy, penalty, value)
keras.config.set_dtype_policy("float32")
