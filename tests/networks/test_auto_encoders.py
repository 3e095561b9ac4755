"""BEGAN's and EBGAN's networks: parameters as counted from the published layers."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import ops
from undrawn import undrawn

from keras_gan_zoo.families import BEGAN
from keras_gan_zoo.networks import (
    began_discriminator,
    began_generator,
    ebgan_discriminator,
)


def convolutions(*channels, size=3):
    """Parameters of convolutions from each number of channels to the next."""
    return sum(a * b * size**2 + b for a, b in pairwise(channels))


def decoder(inputs, n, grids):
    """Of carpedm20's GeneratorCNN: a layer to 8x8, two convolutions on each grid."""
    return (inputs + 1) * 64 * n + 2 * grids * convolutions(n, n) + convolutions(n, 3)


def encoder(n, grids, code):
    """Of its DiscriminatorCNN: on each grid two convolutions, then one of stride 2."""
    widths = [n * (i + 1) for i in range(grids)]
    total, before = convolutions(3, n), n
    for width in widths:
        total += convolutions(before, width, width)
        before = width
    total += sum(convolutions(width, width) for width in widths[:-1])
    return total + (64 * widths[-1] + 1) * code


@pytest.mark.parametrize(("size", "grids"), [(32, 3), (64, 4), (128, 5)])
def test_parameters_of_began(size, grids):
    found = undrawn(
        lambda: [network.count_params() for network in BEGAN.networks((size, size, 3))]
    )
    expected = (
        decoder(64, 128, grids),
        encoder(128, grids, 64) + decoder(64, 128, grids),
    )
    assert tuple(found) == expected


@pytest.mark.once
@pytest.mark.parametrize("shape", [(28, 28, 1), (45, 37, 3), (5, 4, 1)])
def test_grids_of_began(shape):
    network = began_generator(shape, widths=(4, 4, 4))
    first = -(-shape[0] // 4), -(-shape[1] // 4), 4
    assert network.get_layer("reshape").output.shape[1:] == first
    assert network.output_shape[1:] == shape
    assert began_discriminator(shape, widths=(4, 8, 12)).input_shape[1:] == shape


@pytest.mark.parametrize("build", [began_discriminator, ebgan_discriminator])
def test_an_energy_is_the_error_of_the_auto_encoder(build):
    network = build((9, 8, 2), widths=(4, 8))
    images = np.random.default_rng(0).uniform(-1, 1, (3, 9, 8, 2)).astype("float32")
    inputs, made = network.get_layer("logits").input
    error = ops.convert_to_numpy(keras.Model(inputs, made)(images)) - images
    found = network(images, training=False)
    kinds = {
        "began": np.abs(error).mean(axis=(1, 2, 3)),
        "ebgan": np.sqrt((error**2).sum(axis=(1, 2, 3))),
    }
    np.testing.assert_allclose(
        ops.convert_to_numpy(found["logits"])[:, 0],
        kinds[build.__name__.partition("_")[0]],
        rtol=1e-4,
    )
    assert found["encodings"].shape[0] == 3
