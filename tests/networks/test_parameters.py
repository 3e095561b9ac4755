"""Numbers of parameters, as the published code counts them: trainable weights."""

import math

import pytest
from undrawn import undrawn

from keras_gan_zoo import families, networks, recipes
from keras_gan_zoo.auxiliaries import PlainReconstruction, Reconstruction
from keras_gan_zoo.networks import described


def biggan(size, num_classes):
    shape = (size, size, 3)
    return (
        networks.biggan_generator(shape, num_classes=num_classes),
        networks.biggan_discriminator(shape, num_classes=num_classes),
    )


def deep(size, num_classes, **options):
    shape = (size, size, 3)
    return (
        networks.biggan_deep_generator(shape, num_classes=num_classes, **options),
        networks.biggan_deep_discriminator(shape, num_classes=num_classes, **options),
    )


def published_deep(size):
    """The generators of pytorch-pretrained-biggan; there are no discriminators."""
    return networks.biggan_deep_generator(
        (size, size, 3), num_classes=1000, to_image_width=128
    ), None


def stylegan2(size, num_classes=None, mapping_layers=2, residual=True):
    """NVIDIA's count of parameters: noise and filters are buffers."""
    shape = (size, size, 3)
    return (
        networks.stylegan2_generator(
            shape, num_classes=num_classes, mapping_layers=mapping_layers
        ),
        networks.stylegan2_discriminator(
            shape, num_classes=num_classes, residual=residual
        ),
    )


def progressive(size, growing=None):
    shape = (size, size, 3)
    return (
        networks.progressive_generator(shape, growing=growing),
        networks.progressive_discriminator(shape, growing=growing),
    )


def less_smaller(generator, discriminator, *widths):
    """Without 1x1 layers to and from smaller images, which Facebook's networks keep."""
    return (
        generator - sum(3 * width + 3 for width in widths),
        discriminator - sum(4 * width for width in widths),
    )


WIDE = (512, 512, 512, 512, 256)  # at 4 to 64 pixels


def family(name):
    """The networks of a family at 32x32, with ten classes."""
    return families.FAMILIES[name].networks((32, 32, 3), num_classes=10)


def resnet(size, num_classes=None, **options):
    shape = (size, size, 3)
    return (
        networks.resnet_generator(shape, num_classes=num_classes),
        networks.resnet_discriminator(shape, num_classes=num_classes, **options),
    )


def sized(cls, size, **settings):
    return cls.networks((size, size, 3), **settings)


def r3gan(size, num_classes=None, width=None):
    """ImageNet's networks have one width, and twice as large groups."""
    shape, given = (size, size, 3), {"num_classes": num_classes}
    if width is not None:
        stages = len(networks.r3gan.default_widths(shape))
        given |= {"widths": (width,) * stages, "group_size": 32}
    return (
        networks.r3gan_generator(shape, **given),
        networks.r3gan_discriminator(shape, **given),
    )


def fastgan(size):
    """The discriminator with the decoders, which belong to a term here."""
    discriminator = networks.fastgan_discriminator((size, size, 3))
    decoders = Reconstruction()
    networks.contract.build_terms(discriminator, [decoders])
    return (
        networks.fastgan_generator((size, size, 3)),
        Together(discriminator, decoders),
    )


def recipe(name):
    """The networks that a recipe for CIFAR-10 describes."""
    both = recipes.find(f"studiogan/{name}_cifar10")["networks"].values()
    return tuple(described.build(network, (32, 32, 3)) for network in both)


def lightweight(size, patches):
    discriminator = networks.lightweight_gan_discriminator(
        (size, size, 3), patches=patches
    )
    decoders = PlainReconstruction()
    networks.contract.build_terms(discriminator, [decoders])
    return (
        networks.lightweight_gan_generator((size, size, 3)),
        Together(discriminator, decoders),
    )


class Together:
    def __init__(self, *parts):
        self.trainable_variables = [
            v for part in parts for v in part.trainable_variables
        ]


# What makes the networks -> the generator's and the discriminator's parameters.
COUNTS = {
    # mimicry: SNGAN and cGAN-PD
    "sngan 32": (lambda: resnet(32), 4_276_739, 1_053_825),
    "sngan 48": (lambda: resnet(48), 4_878_083, 10_141_441),
    "sngan 64": (lambda: resnet(64), 12_220_675, 10_141_441),
    "sngan 128": (lambda: resnet(128), 32_150_787, 29_017_857),
    "projection 10": (lambda: resnet(32, 10), 4_304_387, 1_055_105),
    "projection 100": (lambda: resnet(32, 100), 4_580_867, 1_066_625),
    "projection 1000": (lambda: resnet(32, 1000), 7_345_667, 1_181_825),
    # SNGAN's table 3, added up; the generator is PyTorch-StudioGAN's "deep_conv" too
    "sndcgan 32": (
        lambda: (
            networks.sndcgan_generator((32, 32, 3)),
            networks.sndcgan_discriminator((32, 32, 3)),
        ),
        3_812_355,
        2_935_873,
    ),
    # PyTorch-StudioGAN: SNGAN on ImageNet, SAGAN on CIFAR-10 and ImageNet
    "sngan 128, labels": (
        lambda: resnet(128, 1000, wide=True),
        41_996_931,
        39_443_137,
    ),
    "sagan 32": (
        lambda: sized(families.SAGAN, 32, num_classes=10),
        4_386_308,
        1_075_586,
    ),
    "sagan 128": (
        lambda: sized(families.SAGAN, 128, num_classes=1000, attention=64),
        42_017_412,
        39_448_258,
    ),
    # mimicry; the generators are SNGAN's
    "ssgan 32": (lambda: sized(families.SSGAN, 32), 4_276_739, 1_054_341),
    "ssgan 64": (lambda: sized(families.SSGAN, 64), 12_220_675, 10_145_541),
    "ssgan 128": (lambda: sized(families.SSGAN, 128), 32_150_787, 29_021_957),
    "info_max_gan 32": (lambda: sized(families.InfoMaxGAN, 32), 4_276_739, 1_615_233),
    "info_max_gan 48": (lambda: sized(families.InfoMaxGAN, 48), 4_878_083, 14_603_521),
    "info_max_gan 128": (
        lambda: sized(families.InfoMaxGAN, 128),
        32_150_787,
        35_315_457,
    ),
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
    # PyTorch-StudioGAN, CIFAR-10, BigGAN's networks with other heads
    "contragan 32": (lambda: family("ContraGAN"), 9_416_196, 2_517_186),
    "reacgan 32": (lambda: family("ReACGAN"), 9_416_196, 2_517_186),
    "tacgan 32": (lambda: family("TACGAN"), 9_416_196, 2_417_090),
    "adcgan 32": (lambda: family("ADCGAN"), 9_416_196, 2_417_090),
    "mhgan 32": (lambda: family("MHGAN"), 9_416_196, 2_415_180),
    "mdgan 32": (lambda: family("MDGAN"), 9_416_196, 2_414_987),
    # PyTorch-StudioGAN, CIFAR-10 (tests/references/make_studiogan_plain.py counts)
    "dcgan, studiogan": (lambda: recipe("dcgan"), 3_812_355, 2_931_009),
    "infogan, studiogan": (lambda: recipe("infogan"), 3_927_555, 2_936_129),
    "wgan, studiogan": (lambda: recipe("wgan"), 4_276_739, 1_055_879),
    "pd_gan, studiogan": (lambda: recipe("pd_gan"), 4_304_387, 1_057_159),
    "acgan, studiogan": (lambda: recipe("acgan"), 4_304_387, 1_057_159),
    "tacgan, resnet": (lambda: recipe("tacgan_resnet"), 4_304_387, 1_058_439),
    "adcgan, resnet": (lambda: recipe("adcgan_resnet"), 4_304_387, 1_058_439),
    "biggan_info, studiogan": (lambda: recipe("biggan_info"), 10_007_428, 2_417_090),
    # PyTorch-StudioGAN, big_resnet_deep_legacy
    "biggan_deep 32": (lambda: deep(32, 10), 7_762_948, 2_908_930),
    "biggan_deep 128": (lambda: deep(128, 1000), 50_244_484, 34_590_210),
    # PyTorch-StudioGAN, big_resnet_deep_studiogan
    "biggan_deep 32, convolved": (
        lambda: deep(32, 10, convolved=True),
        9_338_884,
        3_177_730,
    ),
    # brownvc/R3GAN, train.py
    "r3gan cifar10": (lambda: r3gan(32, 10), 20_781_952, 21_280_512),
    "r3gan ffhq 64": (lambda: r3gan(64), 22_429_824, 22_381_440),
    "r3gan ffhq 256": (lambda: r3gan(256), 23_057_952, 23_009_568),
    "r3gan imagenet 32": (lambda: r3gan(32, 1000, 1536), 82_914_304, 86_548_992),
    "r3gan imagenet 64": (lambda: r3gan(64, 1000, 1536), 103_570_432, 107_205_120),
    # hugobb/FastGAN-pytorch, without 192 of the generator for a small image
    "fastgan 256": (lambda: fastgan(256), 29_127_846 - 192, 11_526_160),
    "fastgan 512": (lambda: fastgan(512), 29_174_392 - 192, 11_526_496),
    "fastgan 1024": (lambda: fastgan(1024), 29_176_512 - 192, 11_528_192),
    # huggingface/community-events, huggan/pytorch/lightweight_gan
    "lightweight 512": (lambda: lightweight(512, False), 12_872_712, 12_867_614),
    "lightweight 512, patches": (
        lambda: lightweight(512, True),
        12_872_712,
        10_770_462,
    ),
    # pytorch-pretrained-biggan
    "published deep 128": (lambda: published_deep(128), 50_388_609, None),
    "published deep 256": (lambda: published_deep(256), 55_880_833, None),
    "published deep 512": (lambda: published_deep(512), 56_163_905, None),
    # NVlabs/stylegan2-ada-pytorch
    "stylegan2 cifar": (lambda: stylegan2(32, 10, 2, False), 20_215_315, 23_089_664),
    "stylegan2 cifar, no labels": (
        lambda: stylegan2(32, None, 2, False),
        19_947_539,
        20_720_641,
    ),
    "stylegan2 auto 64": (lambda: stylegan2(64), 22_243_608, 23_407_361),
    "stylegan2 auto 128": (lambda: stylegan2(128), 22_949_277, 23_882_369),
    "stylegan2 auto 256": (lambda: stylegan2(256), 23_191_522, 24_001_089),
    "stylegan2 paper256": (lambda: stylegan2(256, None, 8), 24_767_458, 24_001_089),
    "stylegan2 paper512": (lambda: stylegan2(512, None, 8), 30_276_583, 28_982_849),
    "stylegan2 paper1024": (lambda: stylegan2(1024, None, 8), 30_370_060, 29_012_513),
    # facebookresearch/pytorch_GAN_zoo
    "progressive 128": (
        lambda: progressive(128),
        *less_smaller(22_941_074, 22_941_313, *WIDE),
    ),
    "progressive 256": (
        lambda: progressive(256),
        *less_smaller(23_051_989, 23_052_353, *WIDE, 128),
    ),
    "progressive 512": (
        lambda: progressive(512),
        *less_smaller(23_079_800, 23_080_225, *WIDE, 128, 64),
    ),
    "progressive 1024": (
        lambda: progressive(1024),
        *less_smaller(23_086_795, 23_087_249, *WIDE, 128, 64, 32),
    ),
    "progressive 128, growing": (
        lambda: progressive(128, growing=600_000),
        22_941_074,
        22_941_313,
    ),
    "progressive 1024, growing": (
        lambda: progressive(1024, growing=600_000),
        23_086_795,
        23_087_249,
    ),
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
