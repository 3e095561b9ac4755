"""The names of PyTorch-StudioGAN's tensors, and which variables here they fill.

One set of rules for `deep_conv`, `resnet`, `big_resnet` and both `big_resnet_deep`. Its
blocks are numbered with the attention's among them, so the rules come from the names of
a network's tensors.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from keras_gan_zoo.conversion.rules import Rule, batch_norm, layer
from keras_gan_zoo.conversion.turns import (
    conv,
    grid,
    same,
    scalar,
)

UNUSED = (r".*num_batches_tracked",)
BLOCK = r"blocks\.(\d+)\.0\."

#: what a layer of a block is here, and the size of its kernel; a convolution of
#: `deep_conv` is 3x3, then 4x4
SHALLOW = {
    "conv2d0": ("shortcut", 1),
    "conv2d1": ("conv_1", 3),
    "conv2d2": ("conv_2", 3),
}
DEEP = {
    "conv2d0": ("shortcut", 1),
    "conv2d1": ("conv_1", 1),
    "conv2d2": ("conv_2", 3),
    "conv2d3": ("conv_3", 3),
    "conv2d4": ("conv_4", 1),
}


def generator_rules(names: Iterable[str]) -> list[Rule]:
    """Rules for a generator, whose tensors have these names.

    Those of conditional batch norm in a `resnet` are `tables`.
    """
    names = set(names)
    spectral = "linear0.weight_orig" in names
    turned = grid(4, 4)
    rules = [
        ("shared.weight", "embedding/embeddings", same),
        *layer("linear0", "project", spectral, turned, output=turned),
        *layer("info_proj_linear", "codes", spectral),
        *layer("conv4", "to_image", spectral, conv, 3),
        *layer("conv2d5", "to_image", spectral, conv, 3),
        *batch_norm("bn4", "norm"),
    ]
    if "conv4.bias" in names:
        return rules + _deep_conv_generator(spectral)
    ours = _blocks(names, "up", ("same", "up"))
    return [*rules, *_attention(names, spectral), *_residual(names, ours, spectral)]


def discriminator_rules(
    names: Iterable[str], head: Mapping[str, str] | None = None
) -> list[Rule]:
    """Rules for a discriminator, whose tensors have these names.

    Args:
        names: of the tensors.
        head: what `linear1`, `linear2` and `embedding` are here: by default the logit,
            the logits of classes, and the projection's embedding.
    """
    names = set(names)
    spectral = "linear1.weight_orig" in names
    own = {"linear1": "logit", "linear2": "classes", "embedding": "embedding"}
    own |= dict(head or {})
    rules = [
        *layer("input_conv", "from_image", spectral, conv, 3),
        *layer("linear1", own["linear1"], spectral),
        *layer("linear2", own["linear2"], spectral),
        *layer("linear_mi", "twin_classes", spectral),
        *layer("info_discrete_linear", "codes", spectral),
        *layer("embedding", own["embedding"], spectral, same, kernel="embeddings"),
    ]
    if "conv1.bias" in names:
        return rules + _deep_conv_discriminator(spectral)
    ours = _blocks(names, "block", ("down", "same"))
    # the first block has no norm before its first convolution
    rules += batch_norm(r"blocks\.0\.0\.bn1", "block_0_norm_2")
    return [*rules, *_attention(names, spectral), *_residual(names, ours, spectral)]


def tables(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Conditional batch norm's `1 + linear(one-hot)` as a table of the classes.

    For the generators of `resnet`, whose `gain` and `bias` are linear maps of one-hot
    labels, spectrally normalized or not.
    """
    turned = dict(weights)
    for name in weights:
        found = re.fullmatch(r"(.*\.bn\d\.(gain|bias))\.weight(_orig)?", name)
        if not found:
            continue
        stem, kind, spectral = found.groups()
        kernel = np.asarray(turned.pop(name))
        if spectral:
            u, v = (np.asarray(turned.pop(f"{stem}.weight_{x}")) for x in "uv")
            kernel = kernel / (u @ kernel @ v)
        start = 1.0 if kind == "gain" else 0.0
        turned[f"{stem.removesuffix(kind)}table_{kind}"] = (start + kernel).T.astype(
            "float32"
        )
    return turned


def _blocks(names, prefix, pair):
    """Which block here one of theirs is, by its number: `up_0`.

    BigGAN-deep's come in pairs, of which one changes the size of the grid: `same_0`,
    `up_0`, `same_1`.
    """
    numbers = sorted({int(m[1]) for m in map(re.compile(BLOCK).match, names) if m})
    numbers = [n for n in numbers if n != attention_number(names)]
    if not any(".conv2d4." in name for name in names):
        return {n: f"{prefix}_{i}" for i, n in enumerate(numbers)}
    return {n: f"{pair[i % 2]}_{i // 2}" for i, n in enumerate(numbers)}


def attention_number(names: Iterable[str]) -> int | None:
    """The number of the block that is self-attention, None if none is."""
    found = [re.match(BLOCK + "conv1x1_theta", name) for name in names]
    return next((int(m[1]) for m in found if m), None)


def _attention(names, spectral):
    number = attention_number(names)
    if number is None:
        return []
    start, rules = rf"blocks\.{number}\.0\.", []
    for theirs, ours in (("theta", "theta"), ("phi", "phi"), ("g", "g"), ("attn", "o")):
        path = f"attention/{ours}"
        rules += layer(f"{start}conv1x1_{theirs}", path, spectral, conv, 1)
    return [*rules, (rf"{start}sigma", "attention/gamma", scalar)]


def _residual(names, ours, spectral):
    deep = any(".conv2d4." in name for name in names)

    def path(rest):
        return lambda m: f"{ours[int(m[1])]}_{rest}"

    rules = []
    for theirs, (what, size) in (DEEP if deep else SHALLOW).items():
        rules += layer(BLOCK + theirs, path(what), spectral, conv, size)
    for i in range(5):
        theirs, what = BLOCK + f"bn{i}", f"norm_{i}" if i else "shortcut_norm"
        rules += batch_norm(theirs, path(what))
        rules += batch_norm(theirs + r"\.bn", path(what))
        for kind in ("gain", "bias"):
            rules += layer(rf"{theirs}\.{kind}", path(f"{what}_{kind}"), spectral)
            rules.append((rf"{theirs}\.table_{kind}", path(f"{what}/{kind}"), same))
    return rules


def _deep_conv_generator(spectral):
    def up(rest):
        return lambda m: rest.format(m[1])

    rules = layer(BLOCK + "deconv0", up("up_{}"), spectral, conv, 4)
    rules += batch_norm(BLOCK + r"bn0\.bn", up("norm_{}"))
    for kind in ("gain", "bias"):
        rules += layer(BLOCK + rf"bn0\.{kind}", up("norm_{}_" + kind), spectral)
    return rules + batch_norm(BLOCK + "bn0", up("norm_{}"))


def _deep_conv_discriminator(spectral):
    def stage(rest):
        return lambda m: rest.format(m[1])

    return [
        *layer(BLOCK + "conv0", stage("conv_{}"), spectral, conv, 3),
        *layer(BLOCK + "conv1", stage("down_{}"), spectral, conv, 4),
        *batch_norm(BLOCK + "bn0", stage("norm_{}")),
        *batch_norm(BLOCK + "bn1", stage("norm_{}_down")),
        *layer("conv1", "conv_3", spectral, conv, 3),
        *batch_norm("bn1", "norm_3"),
    ]
