"""SNGAN's table 3."""

import keras
import numpy as np
import pytest
from undrawn import undrawn

from keras_gan_zoo import layers
from keras_gan_zoo.networks import sndcgan_discriminator, sndcgan_generator


def grids(network):
    shapes = [layer.output.shape[1:] for layer in network.layers]
    return list(dict.fromkeys(shape for shape in shapes if len(shape) == 3))


def test_the_table():
    made, taken = undrawn(
        lambda: (
            grids(sndcgan_generator((32, 32, 3))),
            grids(sndcgan_discriminator((32, 32, 3))),
        )
    )
    sizes = [(4, 4, 512), (8, 8, 256), (16, 16, 128), (32, 32, 64), (32, 32, 3)]
    assert made == sizes
    assert taken == [
        (32, 32, 3),
        (32, 32, 64),
        (16, 16, 64),
        (16, 16, 128),
        (8, 8, 128),
        (8, 8, 256),
        (4, 4, 256),
        (4, 4, 512),
    ]


def test_every_layer_of_the_discriminator_is_normalized():
    network = undrawn(lambda: sndcgan_discriminator((8, 8, 1), widths=(4, 8)))
    normal = [x for x in network.layers if isinstance(x, layers.SpectralNormalization)]
    assert len(normal) == 4
    slopes = [
        x.negative_slope
        for x in network.layers
        if isinstance(x, keras.layers.LeakyReLU)
    ]
    assert slopes == [0.1] * 3


@pytest.mark.once
@pytest.mark.parametrize("shape", [(28, 28, 1), (45, 37, 3), (7, 5, 2)])
def test_any_size(shape):
    generator = sndcgan_generator(shape, 5, (8, 4, 4))
    discriminator = sndcgan_discriminator(shape, (4, 4, 8))
    images = generator(np.ones((2, 5), "float32"))
    assert tuple(images.shape) == (2, *shape)
    assert tuple(discriminator(images).shape) == (2, 1)
