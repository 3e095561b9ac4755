"""keras-team/keras#21401, gmalivenko/pytorch2keras#130: `channels_first` in keras.json.

Presets and families have channels last whatever the setting.
"""

import keras
import numpy as np
from small import kgz

expected = kgz.GAN.from_preset("dcgan_mnist").generate(4, seed=0).astype(int)
keras.config.set_image_data_format("channels_first")
found = kgz.GAN.from_preset("dcgan_mnist").generate(4, seed=0)
assert np.abs(found - expected).max() <= 1
assert kgz.DCGAN(image_shape=(16, 16, 3)).generate(2).shape == (2, 16, 16, 3)
