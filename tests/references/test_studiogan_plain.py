"""PyTorch-StudioGAN's networks without spectral norm, and with a code."""

import pytest
from keras import ops
from references.filling import around_one, assert_close, part, read, weight

from keras_gan_zoo import networks
from keras_gan_zoo.conversion.rules import port
from keras_gan_zoo.conversion.sources.studiogan import rules
from keras_gan_zoo.networks import heads

SHAPE, CODES = (32, 32, 3), 4
WEIGHTS, ARRAYS = read("studiogan_plain", around_one)
LABELS = ARRAYS["in_labels"].astype("int32")
IMAGES = 30.0 * weight("images", (2, 3, 32, 32)).transpose(0, 2, 3, 1)


def deep_conv(codes=0):
    head = heads.information(codes, places=16) if codes else None
    return (
        networks.sndcgan_generator(SHAPE, 16, num_codes=codes, epsilon=1e-4),
        networks.sndcgan_discriminator(
            SHAPE,
            head=head,
            style=networks.sndcgan.PLAIN,
            normalization="batch",
            epsilon=1e-4,
            slope=0.0,
            summed=True,
        ),
    )


def resnet(num_classes=None, head=None, labelled=False):
    return (
        networks.resnet_generator(SHAPE, 8, (16,) * 4, num_classes, epsilon=1e-4),
        networks.resnet_discriminator(
            SHAPE,
            (8,) * 4,
            num_classes=3 if labelled else None,
            head=head,
            style=networks.blocks.PLAIN,
            wide=True,
            normalization="batch",
            epsilon=1e-4,
        ),
    )


def big_resnet():
    head = heads.information(CODES, heads.projection(3), places=64)
    return (
        networks.biggan_generator(
            SHAPE, 3, (16,) * 4, 3, 6, epsilon=1e-4, num_codes=CODES
        ),
        networks.biggan_discriminator(
            SHAPE, (8,) * 4, num_classes=3, head=head, activated=True
        ),
    )


MAKE = {
    "dcgan": deep_conv,
    "infogan": lambda: deep_conv(CODES),
    "resnet": resnet,
    "projection": lambda: resnet(3, labelled=True),
    "acgan": lambda: resnet(3, heads.classifier(3)),
    "tacgan": lambda: resnet(3, heads.classifier(3, twin=True)),
    "biggan_info": big_resnet,
}


def run(network, name, x):
    given = {name: x, "labels": LABELS}
    labelled = isinstance(network.input, dict)
    return network.predict_on_batch(given if labelled else x)


@pytest.mark.parametrize("name", MAKE)
def test_equal_to_studiogan(name):
    generator, discriminator = MAKE[name]()
    weights = part(WEIGHTS, name)
    theirs = part(weights, "g")
    if isinstance(generator.input, dict) and name != "biggan_info":
        theirs = rules.tables(theirs)
    port(generator, theirs, rules.generator_rules(theirs))
    images = run(generator, "latents", ARRAYS[f"in_{name}_latents"])
    expected = ARRAYS[f"out_{name}_images"].transpose(0, 2, 3, 1)
    assert_close(images[:, ::3, ::3], expected)
    assert expected.std() > 0.05

    theirs = part(weights, "d")
    head = {} if name != "dcgan" else {"linear1": "logits"}
    port(discriminator, theirs, rules.discriminator_rules(theirs, head))
    found = run(discriminator, "images", IMAGES)
    found = found if isinstance(found, dict) else {"logits": found}
    for output, values in found.items():
        expected = ARRAYS[f"out_{name}_{output}"].reshape(values.shape)
        assert_close(ops.convert_to_numpy(values), expected)
        spread = expected.max(axis=0) - expected.min(axis=0)
        assert spread.max() > 1e-3 * abs(expected).max()
