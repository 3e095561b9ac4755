"""StyleGAN2 and StyleGAN2-ADA, from NVlabs/stylegan2-ada-pytorch's pickles.

PyTorch-StudioGAN's StyleGAN2 has the same names.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keras_gan_zoo.augmentation import ADA
from keras_gan_zoo.augmentation.transforms.draws import NUMBERS
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, numbered, part
from keras_gan_zoo.conversion.source import Player, Source, build, fill, one_file
from keras_gan_zoo.conversion.turns import Turn, conv, flat, linear, same
from keras_gan_zoo.families import StyleGAN2

#: where a tensor goes, from the match of its name
Path = Callable[[re.Match], str]


def doublings(resolution: int | str) -> int:
    """From 4 pixels: b4 -> 0, b8 -> 1."""
    return int(math.log2(int(resolution))) - 2


def equalized(published: str, ours: Any, turn: Turn = linear) -> list[Rule]:
    """Rules for a layer with an equalized learning rate, its kernel and its bias."""
    path = ours if callable(ours) else lambda match: match.expand(ours)

    def inside(kind):
        return lambda match: f"{path(match)}/{path(match)}/{kind}"

    return [
        (rf"{published}\.weight", inside("kernel"), turn),
        (rf"{published}\.bias", inside("bias"), same),
    ]


# === Generator ===


def styled(rest: str = "") -> Path:
    """What belongs to a convolution; conv0 is the one that doubles the grid."""

    def path(match):
        up = "_up" if match[2] == "0" else ""
        return f"grid_{doublings(match[1])}{up}_{rest}"

    return path


def to_image(rest: str) -> Path:
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
UNUSED = [r".*resample_filter"]  #: see `check`


# === Discriminator ===


def discriminator_rules(resolution: int, num_classes: int | None = None) -> list[Rule]:
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


# === The source ===


class StyleGAN2ADA(Source):
    """One pickle of `G`, `D` and `G_ema`, any size, with or without labels.

    As StyleGAN2-ADA's training saves it, and as its `legacy.py` makes it from one of
    TensorFlow. Blocks that ran in float16 compute in float32 here; noise is the stored
    constant. Where a pickle has augmentation, training begins with it from 0 on, at the
    speed that is published for a resumed training.

    A pickle does not say how it was trained: `configuration` is a name of
    `StyleGAN2.published`, which tells the weight of R1 and the average's half-life. By
    default it is the one that has these networks.
    """

    title = "stylegan2-ada-pytorch"
    home = "https://github.com/NVlabs/stylegan2-ada-pytorch"
    licence = "NVIDIA Source Code License: research and evaluation only"
    republish = False

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ".pkl") is not None

    def convert(
        self, files: Files, configuration: str | None = None, **settings: Any
    ) -> StyleGAN2:
        weights = one_file(files, _is_one, ".pkl")
        players = {key: part(weights, key) for key in ("G", "G_ema", "D")}
        attributes = {key: part(weights.settings, key) for key in players}
        for key, tensors in players.items():
            check(tensors, attributes[key])
        sizes = sizes_of(players["G_ema"], players["D"], attributes["G_ema"])
        sizes |= {"group_size": attributes["D"].get("b4.mbstd.group_size", 4)}
        image_shape = sizes["image_shape"]
        known = StyleGAN2.published(configuration or guess(sizes), image_shape)
        known["augmentation"] = augmentation(part(weights.settings, "augment_pipe"))
        gan = build(StyleGAN2, **{**known, **sizes, **settings})
        rules = discriminator_rules(image_shape[0], sizes["num_classes"])
        return fill(
            gan,
            Player(players["G"] or players["G_ema"], GENERATOR, UNUSED),
            Player(players["G_ema"], GENERATOR, UNUSED),
            Player(players["D"], rules, UNUSED),
        )


def _is_one(weights):
    return set(weights) >= {"G_ema.synthesis.b4.const", "G_ema.mapping.fc0.weight"}


#: what the networks here have, by the attributes of the published modules
EXPECTED = {
    r"(.+\.)?activation": ("lrelu", "linear"),
    r"synthesis\.b\d+\.architecture": ("skip",),
    r"b\d+\.architecture": ("resnet", "orig"),
    r".+\.use_noise": (True,),
    r".+\.mbstd\.num_channels": (1,),
    r"mapping\.fc\d+\.bias_gain": (0.01,),
}
FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def check(weights: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
    """Whether published modules compute what the networks here do.

    Raises:
        ValueError: one has another activation, another filter, or the like.
    """
    for name in weights:
        if name.endswith("resample_filter"):
            taps = np.asarray(weights[name])
            if taps.shape != FILTER.shape or not np.allclose(taps, FILTER):
                raise ValueError(
                    f"`{name}` must be the filter [1, 3, 3, 1]. "
                    f"Received: {taps.tolist()}"
                )
    for pattern, known in EXPECTED.items():
        for name, value in attributes.items():
            if re.fullmatch(pattern, name) and value not in known:
                raise ValueError(
                    f"`{name}` must be {' or '.join(map(repr, known))}. "
                    f"Received: {value!r}"
                )


def guess(sizes: Mapping[str, Any]) -> str:
    """The published configuration that has these networks."""
    if not sizes["residual"]:
        return "cifar"
    if sizes["mapping_layers"] < 8:
        return "auto"
    papers = {(256, 8): "paper256", (512, 8): "paper512", (1024, 4): "paper1024"}
    place = sizes["image_shape"][0], sizes["group_size"]
    return papers.get(place, "stylegan2")


RESUMED = 100_000  #: images from no augmentation to all, five times as fast


def augmentation(attributes: Mapping[str, Any]) -> ADA | None:
    """The pipe of a pickle, whose attributes are the transforms' multipliers."""
    used = {name: attributes[name] for name in NUMBERS if attributes.get(name)}
    if not used:
        return None
    return ADA(
        {name: value for name, value in used.items() if value}, images_to_one=RESUMED
    )


# === Sizes ===


def sizes_of(
    generator: Mapping[str, Any],
    discriminator: Mapping[str, Any],
    attributes: Mapping[str, Any],
) -> dict[str, Any]:
    """The family's arguments for the networks that have these tensors.

    Args:
        generator: tensors by their names in the generator.
        discriminator: tensors by their names in the discriminator.
        attributes: of the generator's modules, which know the limit of activations.
    """
    image = _channels(generator, r"synthesis\.b(\d+)\.torgb\.weight")
    size = max(image)
    label, num_classes = 0, None
    if "mapping.embed.weight" in generator:
        label, num_classes = generator["mapping.embed.weight"].shape
    up = _channels(generator, r"synthesis\.b(\d+)\.conv1\.weight")
    down = _channels(discriminator, r"b(\d+)\.conv0?\.weight")
    return {
        "image_shape": (size, size, image[size]),
        "num_classes": num_classes,
        "latent_dim": generator["mapping.fc0.weight"].shape[1] - label,
        "generator_widths": tuple(up.values()),
        "discriminator_widths": tuple(down.values())[::-1],
        "mapping_width": generator["synthesis.b4.conv1.affine.weight"].shape[1],
        "mapping_layers": _depth(generator),
        "label_layers": _depth(discriminator),
        "residual": any(name.endswith("skip.weight") for name in discriminator),
        "clamp": attributes.get("synthesis.b4.conv1.conv_clamp", 256.0),
    }


def _channels(weights, pattern):
    """Grid -> what a layer at that grid makes."""
    return {grid: w.shape[0] for grid, w in numbered(weights, pattern).items()}


def _depth(weights):
    return len(numbered(weights, r"mapping\.fc(\d+)\.weight"))
