"""R3GAN, from brownvc/R3GAN's pickles."""

import re
from collections.abc import Mapping
from typing import Any

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, part
from keras_gan_zoo.conversion.source import Player, Source, build, fill, one_file
from keras_gan_zoo.conversion.turns import conv, linear, same
from keras_gan_zoo.families import R3GAN

LAYERS = {"1": "expand", "2": "groups", "3": "reduce"}
UNUSED = [r".*Resampler\.Kernel"]  #: a constant
STAGE = r"(?:Model\.)?MainLayers\.(\d+)\.Layers\."
TOP = r"(?:Model\.)?"


class R3GANCheckpoint(Source):
    """One pickle of whole modules, `G`, `D` and `G_ema`, any size, labels or not.

    Some stages of the published runs compute in bfloat16, which moves images by up to
    two hundredths; here all is float32. The settings of training are those of
    `R3GAN.published` for the networks of that size and width.
    """

    title = "R3GAN"
    home = "https://github.com/brownvc/R3GAN"
    licence = "not stated"
    republish = False

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ".pkl") is not None

    def convert(self, files: Files, **settings: Any) -> R3GAN:
        weights = one_file(files, _is_one, ".pkl")
        raw, average, judge = (part(weights, key) for key in ("G", "G_ema", "D"))
        sizes = sizes_of(average, judge)
        gan = build(R3GAN, **{**training(sizes), **sizes, **settings})
        end = "logits" if sizes["num_classes"] is None else "features"
        return fill(
            gan,
            Player(raw or average, GENERATOR, UNUSED),
            Player(average, GENERATOR, UNUSED),
            Player(judge, discriminator_rules(end, sizes["blocks"]), UNUSED),
        )


def _is_one(weights):
    basis = re.compile(rf"G_ema\.{STAGE}0\.Basis")
    return any(map(basis.fullmatch, weights))


def training(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the published run of this size, {} for any other."""
    names = {32: "cifar10", 64: "ffhq64", 256: "ffhq256"}
    if sizes["generator_widths"][0] > 768:
        names = {32: "imagenet32", 64: "imagenet64"}
    name = names.get(sizes["image_shape"][0])
    return {} if name is None else R3GAN.published(name)


# === Sizes ===


def sizes_of(
    generator: Mapping[str, Any], discriminator: Mapping[str, Any]
) -> dict[str, Any]:
    """The family's arguments for the networks that have these tensors.

    Raises:
        ValueError: stages have different numbers of blocks, or sizes of groups.
    """
    up, down = _shapes(generator, "3"), _shapes(discriminator, "3")
    widths, reverse = (
        [shapes[0][0] for _, shapes in sorted(stages.items())] for stages in (up, down)
    )
    embedding, num_classes = 0, None
    plain = {name.removeprefix("Model."): w for name, w in generator.items()}
    if "EmbeddingLayer.weight" in plain:
        embedding, num_classes = plain["EmbeddingLayer.weight"].shape
    inputs = plain["MainLayers.0.Layers.0.LinearLayer.weight"].shape[1]
    size = 4 * 2 ** (len(widths) - 1)
    layers = [
        *_shapes(generator, "2").values(),
        *_shapes(discriminator, "2").values(),
    ]
    groups = [shape[1] for stage in layers for shape in stage]
    return {
        "image_shape": (size, size, plain["AggregationLayer.Layer.weight"].shape[0]),
        "num_classes": num_classes,
        "latent_dim": inputs - embedding,
        "embedding_dim": embedding or 64,
        "generator_widths": tuple(widths),
        "discriminator_widths": tuple(reverse),
        "group_size": _only("sizes of groups", groups),
        "blocks": _only("blocks in a stage", [len(stage) for stage in layers]),
    }


def _shapes(weights, layer):
    """Stage -> the shapes of one of the three layers in each of its blocks."""
    pattern = re.compile(rf"{STAGE}\d+\.LinearLayer{layer}\.Layer\.weight")
    found: dict[int, list] = {}
    for name, tensor in weights.items():
        if match := pattern.fullmatch(name):
            found.setdefault(int(match[1]), []).append(tensor.shape)
    return found


def _only(what, values):
    if len(set(values)) != 1:
        raise ValueError(f"All {what} must be the same. Received: {values}")
    return values[0]


# === Rules ===


def block_rules(transition: int) -> list[Rule]:
    """For blocks of stages with their transition at this place: first, or last."""

    def layer(match):
        stage, place, kind, number = match.groups()
        block = int(place) - (transition == 0)
        what = "bias" if kind == "NonLinearity" else "kernel"
        return f"stage_{stage}_block_{block}_{LAYERS[number]}/{what}"

    return [
        (STAGE + r"(\d+)\.(LinearLayer)([123])\.Layer\.weight", layer, conv),
        (STAGE + r"(\d+)\.(NonLinearity)([12])\.Bias", layer, same),
        (TOP + r"EmbeddingLayer\.weight", "embedding/embeddings", linear),
    ]


GENERATOR: list[Rule] = [
    *block_rules(0),
    (STAGE + r"0\.Basis", "basis/basis", lambda x: x.transpose(1, 2, 0)),
    (STAGE + r"0\.LinearLayer\.weight", "project/kernel", linear),
    (STAGE + r"0\.LinearLayer\.Layer\.weight", r"stage_\1_project/kernel", conv),
    (TOP + r"AggregationLayer\.Layer\.weight", "to_image/kernel", conv),
]


def discriminator_rules(end: str, blocks: int = 2) -> list[Rule]:
    """`end`: the name of the last layer, "features" with labels, else "logits"."""
    after = rf"{STAGE}{blocks}\."

    def next_stage(match):  # where the transition is counted here
        return f"stage_{int(match[1]) + 1}_project/kernel"

    return [
        *block_rules(blocks),
        (after + r"Basis\.weight", "basis/kernel", lambda x: x.transpose(2, 3, 0, 1)),
        (after + r"LinearLayer\.weight", f"{end}/kernel", linear),
        (after + r"LinearLayer\.Layer\.weight", next_stage, conv),
        (TOP + r"ExtractionLayer\.Layer\.weight", "from_image/kernel", conv),
    ]
