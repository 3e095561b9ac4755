"""SAGAN against PyTorch-StudioGAN's, configs/CIFAR10/SAGAN.yaml."""

from keras import ops
from references.filling import assert_close, conv, fill, grid, part, read, same
from references.resnet_rules import (
    conditional_norm,
    directions,
    norm,
    spectral,
    tables,
)

from keras_gan_zoo.networks import resnet_discriminator, resnet_generator
from keras_gan_zoo.networks.blocks import SPECTRAL

SHAPE, CLASSES = (32, 32, 3), 3


def block(name, attention):
    """Ours, from their list in which the attention counts as a block."""

    def path(layer):
        return lambda m: f"{name}_{int(m[1]) - (int(m[1]) > attention)}_{layer}"

    return path


def attention(number):
    theirs, rules = rf"blocks\.{number}\.0\.", []
    names = {"theta": "theta", "phi": "phi", "g": "g", "attn": "o"}
    for key, ours in names.items():
        layer, ours = f"{theirs}conv1x1_{key}", f"attention/{ours}"
        inner = f"{ours}/{ours.split('/')[1]}/kernel"
        rules += [
            (rf"{layer}\.weight_orig", inner, conv),
            (rf"{layer}\.weight_u", f"{ours}/u", same),
            (rf"{layer}\.weight_v", f"{ours}/v", directions(1)),
        ]
    rules.append((rf"{theirs}sigma", "attention/gamma", lambda x: x.reshape(())))
    return rules


def convolutions(path):
    start = r"blocks\.(\d)\.0\."
    return [
        *spectral(start + "conv2d0", path("shortcut"), 1),
        *spectral(start + "conv2d1", path("conv_1"), 3),
        *spectral(start + "conv2d2", path("conv_2"), 3),
    ]


up, down = block("up", 2), block("block", 1)
GENERATOR = [
    *spectral("linear0", "project", turn=grid(4, 4), turn_bias=grid(4, 4)),
    *attention(2),
    *convolutions(up),
    *conditional_norm(r"blocks\.(\d)\.0\.bn1", up("norm_1")),
    *conditional_norm(r"blocks\.(\d)\.0\.bn2", up("norm_2")),
    *norm("bn4", "norm"),
    *spectral("conv2d5", "to_image", 3),
]
DISCRIMINATOR = [
    *attention(1),
    *convolutions(down),
    *spectral("linear1", "logit"),
    *spectral("embedding", "embedding", turn=same, kernel="embeddings"),
]


def test_sagan():
    weights, of = read("sagan")
    # u has the rows of the first layer, which stand in another order here
    weights["g.linear0.weight_u"] = grid(4, 4)(weights["g.linear0.weight_u"])
    weights = tables(weights)
    generator = resnet_generator(
        SHAPE, 8, (16,) * 4, CLASSES, SPECTRAL, attention=16, epsilon=1e-4
    )
    discriminator = resnet_discriminator(
        SHAPE, (16,) * 4, None, CLASSES, attention=16, wide=True, activated=True
    )
    for network, player, rules in (
        (generator, "g", GENERATOR),
        (discriminator, "d", DISCRIMINATOR),
    ):
        fill(network, part(weights, player), rules)
    images = of["out_images"].transpose(0, 2, 3, 1)
    made = generator({"latents": of["in_z"], "labels": of["in_labels"]})
    assert_close(ops.convert_to_numpy(made), images)
    logits = discriminator({"images": images, "labels": of["in_labels"]})
    assert_close(ops.convert_to_numpy(logits), of["out_logits"])
