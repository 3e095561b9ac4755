"""BigGAN and BigGAN-deep are PyTorch-StudioGAN's and pytorch-pretrained-biggan's."""

import numpy as np
import pytest
from references.filling import (
    assert_close,
    conv,
    fill,
    grid,
    linear,
    part,
    read,
    same,
)

from keras_gan_zoo import networks
from keras_gan_zoo.conversion.sources.biggan_deep import generator_rules
from keras_gan_zoo.conversion.turns import directions, scalar

SHAPE = (32, 32, 3)


def normalized(pattern, path, kernel, v=same, output=same):
    """Rules for a layer with torch's spectral norm, whose name is `path` here."""
    return [
        (rf"{pattern}\.weight_orig", rf"{path}/{path.split('/')[-1]}/kernel", kernel),
        (rf"{pattern}\.weight_u", f"{path}/u", output),
        (rf"{pattern}\.weight_v", f"{path}/v", v),
        (rf"{pattern}\.bias", rf"{path}/{path.split('/')[-1]}/bias", output),
    ]


def norm(pattern, path):
    return [
        (rf"{pattern}\.weight", f"{path}/gamma", same),
        (rf"{pattern}\.bias", f"{path}/beta", same),
        (rf"{pattern}\.running_mean", f"{path}/moving_mean", same),
        (rf"{pattern}\.running_var", f"{path}/moving_variance", same),
    ]


def attention(index, prefix="conv1x1_", output="attn", gamma="sigma"):
    names = {"theta": "theta", "phi": "phi", "g": "g", output: "o"}
    parts = [
        rule
        for theirs, ours in names.items()
        for rule in normalized(rf"{index}\.{prefix}{theirs}", f"attention/{ours}", conv)
    ]
    return [*parts, (rf"{index}\.{gamma}", "attention/gamma", scalar)]


def block(theirs, ours, convolutions, norms=()):
    """A residual block: (name, our name, size of the kernel), numbers of norms."""
    rules = []
    for name, own, size in convolutions:
        rules += normalized(
            rf"{theirs}\.{name}", f"{ours}_{own}", conv, directions(size)
        )
    for i in norms:
        for what in ("gain", "bias"):
            path = f"{ours}_norm_{i}_{what}"
            rules += normalized(rf"{theirs}\.bn{i}\.{what}", path, linear)
        rules += norm(rf"{theirs}\.bn{i}\.bn", f"{ours}_norm_{i}")
    return rules


def studiogan(generator_blocks, discriminator_blocks, at):
    """Rules for both networks; `at`: the indices of attention."""
    turned = grid(4, 4)
    generator = [
        ("shared.weight", "embedding/embeddings", same),
        *normalized("linear0", "project", turned, output=turned),
        *attention(rf"blocks\.{at[0]}\.0"),
        *norm("bn4", "norm"),
        *normalized("conv2d5", "to_image", conv, directions(3)),
        *[rule for parts in generator_blocks for rule in block(*parts)],
    ]
    discriminator = [
        *normalized("input_conv", "from_image", conv, directions(3)),
        *attention(rf"blocks\.{at[1]}\.0"),
        *normalized("linear1", "logit", linear),
        ("embedding.weight_orig", "embedding/embedding/embeddings", same),
        ("embedding.weight_u", "embedding/u", same),
        ("embedding.weight_v", "embedding/v", same),
        *[rule for parts in discriminator_blocks for rule in block(*parts)],
    ]
    return {"g": generator, "d": discriminator}


SHALLOW = (
    ("conv2d0", "shortcut", 1),
    ("conv2d1", "conv_1", 3),
    ("conv2d2", "conv_2", 3),
)
DEEP = (
    ("conv2d0", "shortcut", 1),  # in the variant with convolved shortcuts
    *((f"conv2d{i}", f"conv_{i}", 3 if i in (2, 3) else 1) for i in (1, 2, 3, 4)),
)


BIGGAN = studiogan(
    [
        (rf"blocks\.{theirs}\.0", f"up_{ours}", SHALLOW, (1, 2))
        for ours, theirs in enumerate((0, 1, 3))
    ],
    [
        (rf"blocks\.{theirs}\.0", f"block_{ours}", SHALLOW)
        for ours, theirs in enumerate((0, 2, 3, 4))
    ],
    at=(2, 1),
)
BIGGAN_DEEP = studiogan(
    [
        (rf"blocks\.{theirs}\.0", ours, DEEP, (1, 2, 3, 4))
        for theirs, ours in (
            (0, "same_0"),
            (1, "up_0"),
            (2, "same_1"),
            (3, "up_1"),
            (5, "same_2"),
            (6, "up_2"),
        )
    ],
    [
        (rf"blocks\.{theirs}\.0", ours, DEEP)
        for theirs, ours in (
            (0, "down_0"),
            (1, "same_0"),
            (3, "down_1"),
            (4, "same_1"),
            (5, "down_2"),
            (6, "same_2"),
        )
    ],
    at=(4, 2),
)


def run(network, **inputs):
    return network.predict_on_batch(inputs)  # one compiled call


@pytest.mark.parametrize(
    "name", ["biggan", "biggan_deep_legacy", "biggan_deep_studiogan"]
)
def test_equal_to_studiogan(name):
    weights, arrays = read(name)
    latents, labels = arrays["in_latents"], arrays["in_labels"].astype("int32")
    common = {"num_classes": 3, "embedding_dim": 6, "epsilon": 1e-4}
    if name == "biggan":
        rules = BIGGAN
        generator = networks.biggan_generator(SHAPE, 3, (24,) * 4, **common)
        discriminator = networks.biggan_discriminator(
            SHAPE, (12,) * 4, num_classes=3, activated=True
        )
    else:
        rules, convolved = BIGGAN_DEEP, name == "biggan_deep_studiogan"
        generator = networks.biggan_deep_generator(
            SHAPE, 12, (32,) * 4, class_first=True, convolved=convolved, **common
        )
        discriminator = networks.biggan_deep_discriminator(
            SHAPE,
            (8 if convolved else 32, 32, 32, 32),
            num_classes=3,
            activated=True,
            convolved=convolved,
        )
    fill(generator, part(weights, "g"), rules["g"])
    images = run(generator, latents=latents, labels=labels)
    expected = arrays["out_images"].transpose(0, 2, 3, 1)
    assert_close(images, expected)
    assert expected.std() > 0.03
    fill(discriminator, part(weights, "d"), rules["d"])
    logits = run(discriminator, images=expected, labels=labels)
    assert_close(logits[:, 0], arrays["out_logits"])


@pytest.mark.parametrize("place", range(5))
def test_equal_to_pytorch_pretrained_biggan(place):
    weights, arrays = read("biggan_deep")
    generator = networks.biggan_deep_generator(
        (64, 64, 3),
        6,
        (64, 32, 16, 8, 4),
        num_classes=4,
        embedding_dim=6,
        attention=16,
        epsilon=1e-4,
        to_image_width=4,
        statistics="published",
    )
    blocks = [0, 1, 2, 3, 5, 6, 7, 8]
    places = {k: f"{'up' if i % 2 else 'same'}_{i // 2}" for i, k in enumerate(blocks)}
    fill(generator, weights, generator_rules(places))
    images = run(
        generator,
        latents=arrays["in_latents"],
        labels=arrays["in_labels"].astype("int32"),
        truncation=np.full(2, arrays["in_truncations"][place], "float32"),
    )
    expected = arrays["out_images"][place].transpose(0, 2, 3, 1)
    assert_close(images[:, ::3, ::3], expected)
    assert expected.std() > 0.03
