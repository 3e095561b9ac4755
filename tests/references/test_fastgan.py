"""FastGAN's networks equal the published ones (hugobb/FastGAN-pytorch, models.py)."""

import numpy as np
import pytest
from references.filling import assert_close, fill, part, read

from keras_gan_zoo.auxiliaries import Reconstruction
from keras_gan_zoo.conversion.sources.fastgan import (
    DECODERS,
    UNUSED_BY_DISCRIMINATOR,
    UNUSED_BY_GENERATOR,
    decoder_rules,
    discriminator_rules,
    generator_rules,
)
from keras_gan_zoo.networks import contract, fastgan_discriminator, fastgan_generator

GENERATOR = (128, 64, 32, 16, 16, 8, 4, 2, 1)
DISCRIMINATOR = (1, 2, 4, 8, 16, 32, 64)
FIXTURES = {256: "fastgan", 512: "fastgan_512", 1024: "fastgan_1024"}
sizes = pytest.mark.parametrize(
    "size",
    [256, *(pytest.param(size, marks=pytest.mark.once) for size in (512, 1024))],
)


def images(size):
    """What `make_fastgan.py` shows the discriminator, channels last."""
    drawn = np.random.RandomState(1).uniform(-1, 1, (2, 3, size, size))
    return drawn.astype("float32").transpose(0, 2, 3, 1)


@sizes
def test_generator(size):
    weights, arrays = read(FIXTURES[size])
    network = fastgan_generator((size, size, 3), 5, GENERATOR[: size.bit_length() - 2])
    fill(network, part(weights, "g"), generator_rules(size), UNUSED_BY_GENERATOR)
    found = network.predict(arrays["in_latents"], verbose=0)
    step = size // 16
    assert_close(found[:, ::step, ::step], arrays["out_images"].transpose(0, 2, 3, 1))


@sizes
def test_discriminator_and_decoders(size):
    weights, arrays = read(FIXTURES[size])
    widths = DISCRIMINATOR[0 if size == 1024 else 1 :]
    network = fastgan_discriminator((size, size, 3), widths)
    own = part(weights, "d")
    fill(network, own, discriminator_rules(size), UNUSED_BY_DISCRIMINATOR)
    found = network.predict(images(size), verbose=0)
    expected = arrays["out_logits"].reshape(2, 2, 25)  # path, image, pixel
    assert_close(found["logits"].reshape(2, 2, 25), expected.swapaxes(0, 1))

    term = Reconstruction()
    contract.build_terms(network, [term])
    given = {
        "whole": found["features"],
        "small": found["small_features"],
        "part": found["middle_features"][:, 8:, :8],
    }
    for name, features in given.items():
        decoder = getattr(term, name)
        fill(decoder, part(own, DECODERS[name]), decoder_rules(name))
        image = decoder.predict(features, verbose=0)[:, ::16, ::16]
        assert_close(image, arrays[f"out_{name}"].transpose(0, 2, 3, 1))
