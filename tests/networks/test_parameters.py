"""Numbers of parameters, as the published code counts them: trainable weights."""

import math

import pytest
from undrawn import undrawn

from keras_gan_zoo import networks


def biggan(size, num_classes):
    shape = (size, size, 3)
    return (
        networks.biggan_generator(shape, num_classes=num_classes),
        networks.biggan_discriminator(shape, num_classes=num_classes),
    )


def deep(size, num_classes):
    shape = (size, size, 3)
    return (
        networks.biggan_deep_generator(shape, num_classes=num_classes),
        networks.biggan_deep_discriminator(shape, num_classes=num_classes),
    )


def published_deep(size):
    """The generators of pytorch-pretrained-biggan; there are no discriminators."""
    return networks.biggan_deep_generator(
        (size, size, 3), num_classes=1000, to_image_width=128
    ), None


# What makes the networks -> the generator's and the discriminator's parameters.
COUNTS = {
    # ajbrock/BigGAN-PyTorch, ImageNet
    "biggan 128": (lambda: biggan(128, 1000), 70_433_988, 87_982_370),
    "biggan 256": (lambda: biggan(256, 1000), 82_235_844, 99_225_890),
    # ajbrock/BigGAN-PyTorch, CIFAR-10: neither shared embedding nor chunks
    "biggan 32, authors": (
        lambda: (
            networks.resnet_generator((32, 32, 3), num_classes=10),
            networks.biggan_discriminator(
                (32, 32, 3), (256,) * 4, num_classes=10, attention=None
            ),
        ),
        4_304_387,
        4_207_361,
    ),
    # PyTorch-StudioGAN, CIFAR-10
    "biggan 32": (lambda: biggan(32, 10), 9_416_196, 2_415_170),
    "biggan 32, no labels": (lambda: biggan(32, None), 8_825_092, 2_413_250),
    # PyTorch-StudioGAN, big_resnet_deep_legacy
    "biggan_deep 32": (lambda: deep(32, 10), 7_762_948, 2_908_930),
    "biggan_deep 128": (lambda: deep(128, 1000), 50_244_484, 34_590_210),
    # pytorch-pretrained-biggan
    "published deep 128": (lambda: published_deep(128), 50_388_609, None),
    "published deep 256": (lambda: published_deep(256), 55_880_833, None),
    "published deep 512": (lambda: published_deep(512), 56_163_905, None),
}


def count(network):
    if network is None:
        return None
    return sum(math.prod(w.shape) for w in network.trainable_variables)


@pytest.mark.parametrize("name", COUNTS)
def test_parameters(name):
    make, generator, discriminator = COUNTS[name]
    found = undrawn(lambda: tuple(count(network) for network in make()))
    assert found == (generator, discriminator)
