"""R3GAN's networks equal the published ones (brownvc/R3GAN, R3GAN/Networks.py)."""

import pytest
from keras import ops
from references.filling import assert_close, conv, fill, linear, part, read, same

from keras_gan_zoo.networks import r3gan_discriminator, r3gan_generator

LAYERS = {"1": "expand", "2": "groups", "3": "reduce"}


def block_rules(transition):
    """Names of a network whose stages have a transition before or after two blocks."""

    def layer(match):
        stage, place, kind, number = match.groups()
        block = int(place) - 1 if transition == 0 else int(place)
        what = "bias" if kind == "NonLinearity" else "kernel"
        return f"stage_{stage}_block_{block}_{LAYERS[number]}/{what}"

    stage = r"MainLayers\.(\d+)\.Layers\."
    return [
        (rf"{stage}(\d+)\.(LinearLayer)([123])\.Layer\.weight", layer, conv),
        (rf"{stage}(\d+)\.(NonLinearity)([12])\.Bias", layer, same),
        (r"EmbeddingLayer\.weight", "embedding/embeddings", linear),
    ]


def generator_rules():
    first = r"MainLayers\.0\.Layers\.0\."
    return [
        *block_rules(0),
        (rf"{first}Basis", "basis/basis", lambda x: x.transpose(1, 2, 0)),
        (rf"{first}LinearLayer\.weight", "project/kernel", linear),
        (
            r"MainLayers\.(\d+)\.Layers\.0\.LinearLayer\.Layer\.weight",
            r"stage_\1_project/kernel",
            conv,
        ),
        (r"AggregationLayer\.Layer\.weight", "to_image/kernel", conv),
    ]


def discriminator_rules(end):
    def after(match):  # ours counts the transition to the stage that follows
        return f"stage_{int(match[1]) + 1}_project/kernel"

    last = r"MainLayers\.1\.Layers\.2\."
    return [
        *block_rules(2),
        (rf"{last}Basis\.weight", "basis/kernel", lambda x: x.transpose(2, 3, 0, 1)),
        (rf"{last}LinearLayer\.weight", f"{end}/kernel", linear),
        (
            r"MainLayers\.(\d+)\.Layers\.2\.LinearLayer\.Layer\.weight",
            after,
            conv,
        ),
        (r"ExtractionLayer\.Layer\.weight", "from_image/kernel", conv),
    ]


@pytest.mark.parametrize("prefix", ["", "plain_"])
def test_equal_to_the_published_networks(prefix):
    weights, arrays = read("r3gan")
    classes = None if prefix else 3
    generator = r3gan_generator((8, 8, 3), 5, (32, 16), classes, embedding_dim=5)
    discriminator = r3gan_discriminator((8, 8, 3), (16, 32), classes)
    networks = {"g": generator, "d": discriminator}
    end = "features" if classes else "logits"
    rules = {"g": generator_rules(), "d": discriminator_rules(end)}
    given = {
        "g": {"latents": arrays["in_latents"]},
        "d": {"images": arrays["in_images"].transpose(0, 2, 3, 1)},
    }
    for kind, network in networks.items():
        name = f"{prefix}{kind}"
        fill(network, part(weights, name), rules[kind])
        inputs = given[kind]
        if classes:
            inputs = {**inputs, "labels": arrays["in_labels"].astype("int32")}
        found = network(inputs if classes else next(iter(inputs.values())))
        found = ops.convert_to_numpy(found)
        expected = arrays[f"out_{name}"]
        expected = expected.transpose(0, 2, 3, 1) if kind == "g" else expected[:, None]
        assert_close(found, expected)
