"""Any image size."""

import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.networks import fastgan_discriminator, fastgan_generator


@pytest.mark.once
def test_it_ends_in_tanh_above_512():
    shapes = [(1, 1, 1)] + [(size, 16, 1) for size in (512, 1024)]
    ends = [
        fastgan_generator(shape, 2, (2,) * 4).layers[-1].activation.__name__
        for shape in shapes
    ]
    assert ends == ["linear", "linear", "tanh"]


@pytest.mark.once
@pytest.mark.parametrize("shape", [(28, 28, 1), (45, 37, 3), (7, 5, 2), (300, 40, 1)])
def test_any_size(shape):
    generator = fastgan_generator(shape, 5, (4, 4, 2, 2, 2, 2))
    discriminator = fastgan_discriminator(shape, (2, 2, 4, 4))
    latents = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    images = ops.convert_to_numpy(generator(latents))
    assert images.shape == (2, *shape)
    found = discriminator(images)
    assert found["logits"].shape[0] == 2
    assert len(found["logits"].shape) == 4
    assert all(np.isfinite(ops.convert_to_numpy(x)).all() for x in found.values())
