"""R3GAN's networks equal the published ones (brownvc/R3GAN, R3GAN/Networks.py)."""

import pytest
from keras import ops
from references.filling import assert_close, read

from keras_gan_zoo.conversion import part, port
from keras_gan_zoo.conversion.sources.r3gan import GENERATOR, discriminator_rules
from keras_gan_zoo.networks import r3gan_discriminator, r3gan_generator


@pytest.mark.parametrize("prefix", ["", "plain_"])
def test_equal_to_the_published_networks(prefix):
    weights, arrays = read("r3gan")
    classes = None if prefix else 3
    generator = r3gan_generator((8, 8, 3), 5, (32, 16), classes, embedding_dim=5)
    discriminator = r3gan_discriminator((8, 8, 3), (16, 32), classes)
    networks = {"g": generator, "d": discriminator}
    end = "features" if classes else "logits"
    rules = {"g": GENERATOR, "d": discriminator_rules(end)}
    given = {
        "g": {"latents": arrays["in_latents"]},
        "d": {"images": arrays["in_images"].transpose(0, 2, 3, 1)},
    }
    for kind, network in networks.items():
        name = f"{prefix}{kind}"
        port(network, part(weights, name), rules[kind])
        inputs = given[kind]
        if classes:
            inputs = {**inputs, "labels": arrays["in_labels"].astype("int32")}
        found = network(inputs if classes else next(iter(inputs.values())))
        found = ops.convert_to_numpy(found)
        expected = arrays[f"out_{name}"]
        expected = expected.transpose(0, 2, 3, 1) if kind == "g" else expected[:, None]
        assert_close(found, expected)
