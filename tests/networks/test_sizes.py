"""Default widths: the papers', and sane for images that the papers did not have."""

import math

import pytest
from undrawn import undrawn

import keras_gan_zoo as kgz
from keras_gan_zoo.families import FAMILIES, WGAN
from keras_gan_zoo.networks import acgan, dcgan, info_gan, resnet
from keras_gan_zoo.networks.shapes import halved, stages_from

CONVOLUTIONAL = ["DCGAN", "WGAN", "WGANGP", "ProjectionGAN", "ACGAN", "InfoGAN"]


def count(network):
    """Parameters of a network without weights."""
    return sum(math.prod(weight.shape) for weight in network.weights)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        (7, (64,)),
        (14, (64,)),
        (28, (128, 64)),
        (32, (256, 128, 64)),
        (56, (256, 128, 64)),
        (64, (1024, 512, 256, 128)),
        (128, (1024, 512, 256, 128, 64)),
        (256, (1024, 512, 256, 128, 64, 32)),
        (512, (1024, 512, 256, 128, 64, 32, 32)),
    ],
)
def test_convolutional_widths(size, widths):
    assert dcgan.default_widths((size, size, 3)) == widths
    assert dcgan.default_widths((size, size // 2, 3)) == widths


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        (32, (256,) * 4),
        (48, (512, 256, 128, 64)),
        (64, (1024, 512, 256, 128, 64)),
        (128, (1024, 1024, 512, 256, 128, 64)),
        (512, (1024, 1024, 512, 256, 128, 64, 32, 32)),
    ],
)
def test_residual_widths(size, widths):
    assert resnet.default_generator_widths((size, size, 3)) == widths


def test_widths_of_info_gan_and_acgan():
    assert info_gan.default_widths((28, 28, 1)) == (128, 64)
    assert info_gan.default_widths((32, 32, 3)) == (128, 64)
    assert info_gan.default_widths((128, 128, 3)) == (256, 128, 64, 32)
    assert acgan.default_generator_widths((32, 32, 3)) == (384, 192, 96)
    assert acgan.default_generator_widths((128, 128, 3)) == (768, 384, 192, 96, 48)
    small, large = ((n, n, 3) for n in (128, 512))
    assert acgan.default_discriminator_widths(small) == (16, 32, 64, 128, 256, 512)
    assert acgan.default_discriminator_widths(large)[6:] == (512,) * 4


@pytest.mark.parametrize("size", [128, 256, 512])
@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_parameters_do_not_grow_with_the_image(name, size):
    """Each network has less than 50 million, the 64x64 ones of the papers' order."""
    family = FAMILIES[name]
    classes = {"num_classes": 10} if name in ("ProjectionGAN", "ACGAN") else {}
    networks = undrawn(lambda: family.networks((size, size, 3), **classes))
    for network in networks:
        assert 1e6 < count(network) < 5e7
    assert tuple(networks[0].output.shape) == (None, size, size, 3)


def test_a_size_in_between():
    for shape in ((100, 128, 3), (512, 300, 3)):
        generator, discriminator = undrawn(lambda at=shape: kgz.DCGAN.networks(at))
        assert tuple(generator.output.shape) == (None, *shape)
        assert tuple(discriminator.output.shape) == (None, 1)


def test_files_of_before_keep_their_widths():
    """Version 0.1 had no cap, and its files have no networks."""
    config = {"image_shape": [128, 128, 1], "generator_widths": None}
    sizes = WGAN.earlier_sizes(config)
    assert sizes["generator_widths"] == (2048, 1024, 512, 256, 128)
    assert sizes["discriminator_widths"] == (128, 256, 512, 1024, 2048)
    given = {**config, "generator_widths": [8, 4], "discriminator_widths": [4]}
    assert WGAN.earlier_sizes(given) == {
        "generator_widths": [8, 4],
        "discriminator_widths": [4],
    }
    assert kgz.MLPGAN.earlier_sizes(config) == {}


def test_stages_and_halves():
    assert [stages_from(7, (n, n, 1)) for n in (1, 7, 8, 14, 15, 512)] == [
        1,
        1,
        1,
        1,
        2,
        7,
    ]
    assert halved(8, 3, least=4) == (8, 4, 4)
