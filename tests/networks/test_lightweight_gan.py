"""Any image size."""

import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.networks import (
    lightweight_gan_discriminator,
    lightweight_gan_generator,
)


@pytest.mark.once
@pytest.mark.parametrize("patches", [False, True])
@pytest.mark.parametrize("shape", [(28, 28, 1), (45, 37, 3), (7, 5, 2), (300, 40, 1)])
def test_any_size(shape, patches):
    generator = lightweight_gan_generator(shape, 5, (4, 4, 2, 2, 2, 2))
    discriminator = lightweight_gan_discriminator(shape, (2, 2, 4, 4), patches=patches)
    latents = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    images = ops.convert_to_numpy(generator(latents))
    assert images.shape == (2, *shape)
    found = discriminator(images)
    large, small = np.split(ops.convert_to_numpy(found["logits"]), 2, axis=1)
    assert large.shape == (2, large.shape[1], 1, 1)
    assert np.ptp(small, axis=1).max() == 0  # weighs as much as all of the large
    assert all(np.isfinite(ops.convert_to_numpy(x)).all() for x in found.values())
