"""StyleGAN2's tensors as NVlabs/stylegan2-ada-pytorch names and stores them.

PyTorch-StudioGAN's StyleGAN2 has the same names.
"""

import math

from keras_gan_zoo.conversion.turns import conv, flat, linear, same


def doublings(resolution):
    """From 4 pixels: b4 -> 0, b8 -> 1."""
    return int(math.log2(int(resolution))) - 2


def equalized(published, ours, turn=linear):
    """Rules for a layer with an equalized learning rate, its kernel and its bias."""
    path = ours if callable(ours) else lambda match: match.expand(ours)

    def inside(kind):
        return lambda match: f"{path(match)}/{path(match)}/{kind}"

    return [
        (rf"{published}\.weight", inside("kernel"), turn),
        (rf"{published}\.bias", inside("bias"), same),
    ]


# === Generator ===


def styled(rest=""):
    """What belongs to a convolution; conv0 is the one that doubles the grid."""

    def path(match):
        up = "_up" if match[2] == "0" else ""
        return f"grid_{doublings(match[1])}{up}_{rest}"

    return path


def to_image(rest):
    return lambda match: f"image_{doublings(match[1])}_{rest}"


MAPPING = [
    (r"mapping\.embed\.weight", "embedding/embedding/embeddings", linear),
    (r"mapping\.embed\.bias", "embedding_bias/bias", same),
    *equalized(r"mapping\.fc(\d+)", r"map_\1"),
]
LAYER = r"synthesis\.b(\d+)\.conv([01])\."
IMAGE = r"synthesis\.b(\d+)\.torgb\."
GENERATOR = [
    *MAPPING,
    (r"mapping\.w_avg", "average/average", same),
    (r"synthesis\.b4\.const", "constant/constant", lambda x: x.transpose(1, 2, 0)),
    (LAYER + "weight", styled("conv/kernel"), conv),
    (LAYER + "bias", styled("activation/bias"), same),
    (LAYER + "noise_const", styled("noise/noise"), lambda x: x[..., None]),
    (LAYER + "noise_strength", styled("noise/strength"), same),
    *equalized(LAYER + "affine", styled("style")),
    (IMAGE + "weight", to_image("conv/kernel"), conv),
    (IMAGE + "bias", to_image("bias/bias"), same),
    *equalized(IMAGE + "affine", to_image("style")),
]
UNUSED = [r".*resample_filter"]  #: [1, 3, 3, 1], as the networks here have it


# === Discriminator ===


def discriminator_rules(resolution, num_classes=None):
    """Of blocks from the size of the image, a power of 2, down to 4 pixels."""
    names = {"conv0": "conv_1", "conv1": "conv_2", "skip": "skip"}

    def down(match):
        block = doublings(resolution) - doublings(match[1])
        return f"down_{block}_{names[match[2]]}"

    def activation(match):
        return f"{down(match)}_activation/bias"

    first = rf"b{resolution}\.fromrgb\."
    return [
        *MAPPING,
        (first + "weight", "from_image/from_image/kernel", conv),
        (first + "bias", "from_image_activation/bias", same),
        (r"b(\d+)\.(conv[01])\.bias", activation, same),
        *equalized(r"b(\d+)\.(conv[01]|skip)", down, conv),
        (r"b4\.conv\.weight", "conv/conv/kernel", conv),
        (r"b4\.conv\.bias", "conv_activation/bias", same),
        *equalized(r"b4\.fc", "dense", flat(4, 4)),
        *equalized(r"b4\.out", "logits" if num_classes is None else "features"),
    ]
