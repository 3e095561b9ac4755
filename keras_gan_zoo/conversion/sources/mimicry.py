"""SNGAN, cGAN-PD, SSGAN, InfoMax-GAN and WGAN-GP, from kwotsin/mimicry's files."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from keras_gan_zoo import families
from keras_gan_zoo.backend.keras_internals import without_drawing
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, batch_norm, layer, numbered, part
from keras_gan_zoo.conversion.source import Player, Source, build, fill
from keras_gan_zoo.conversion.turns import conv, grid, linear, same
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.networks import (
    info_max_gan_discriminator,
    resnet_discriminator,
    resnet_generator,
    ssgan_discriminator,
)
from keras_gan_zoo.networks.blocks import PLAIN, SPECTRAL
from keras_gan_zoo.typing import ImageShape

STATE = "model_state_dict"
ENDINGS = (".pth", ".pt")
UNUSED = [r".*\.num_batches_tracked"]
BLOCK = r"block(\d+)\."


class Mimicry(Source):
    """`netG_*.pth` and `netD_*.pth`, of the newest step, for 32 to 128 pixels.

    Only generators were published: without a `netD_*.pth` the GAN has no discriminator.
    Generators of all families but cGAN-PD have the same layers, and so have the
    discriminators of WGAN-GP and DCGAN: `family` says which it is, "sngan", "ssgan",
    "info_max_gan", "wgan_gp" or "dcgan". By default it is the first that fits.
    """

    title = "mimicry"
    home = "https://github.com/kwotsin/mimicry"
    licence = "MIT"
    license = "mit"

    def matches(self, files: Files) -> bool:
        return "generator" in newest(files)

    def convert(self, files: Files, family: str | None = None, **settings: Any) -> GAN:
        found = newest(files)
        generator = halves(found["generator"])
        judge = own_power_step(as_sngan(found.get("discriminator", {})))
        sizes = generator_sizes(generator)
        kind = families.find(family or guess(judge, sizes))
        given = {k: v for k, v in sizes.items() if v is not None} | settings
        network: Any = False
        player = None
        with without_drawing():
            given["generator"] = resnet(**sizes)
            if judge:
                network = discriminator(judge, sizes)
        if judge:
            mean = kind is families.WGANGP
            rules = discriminator_rules(judge, places(network) if mean else 1)
            player = Player(judge, rules, UNUSED)
            given["discriminator_widths"] = discriminator_widths(judge)
        gan = build(kind, **given, discriminator=network)
        bottom = sizes["image_shape"][0] >> len(sizes["generator_widths"]) - 1
        rules = generator_rules(bottom, sizes["num_classes"] is not None)
        return fill(gan, Player(generator, rules, UNUSED), None, player)


def newest(files: Files) -> dict[str, dict[str, Any]]:
    """The tensors of the generator and of the discriminator that were saved last.

    A single .pth may have any name.
    """
    held = files.readable(ENDINGS)
    found: dict[str, tuple[int, dict]] = {}
    its = [name for name in files.names if re.search(r"(^|/)net[GD][^/]*\.pth?$", name)]
    for name in its or (held if len(held) == 1 else ()):
        weights = held[name] if name in held else files.weights(name)
        state = part(weights, STATE)
        step = int(weights.settings.get("global_step") or 0)
        key = "generator" if "l1.weight" in state else "discriminator"
        known = state and (key == "generator" or _is_discriminator(state))
        if known and step >= found.get(key, (0, {}))[0]:
            found[key] = step, part(files.weights(name), STATE)
    return {key: state for key, (_, state) in found.items()}


def _is_discriminator(state):
    return any(re.match(r"(block1|local_feat_blocks\.0)\.c1\.", name) for name in state)


def guess(judge: Mapping[str, Any], sizes: Mapping[str, Any]) -> str:
    """The first family that has such a discriminator."""
    if sizes["num_classes"] is not None:
        return "projection_gan"
    if any(name.startswith("local_nrkhs") for name in judge):
        return "info_max_gan"
    if any(name.startswith("l_y.") for name in judge):
        return "ssgan"
    return "wgan_gp" if judge and not _spectral(judge) else "sngan"


def _spectral(judge):
    return any(name.endswith("weight_orig") for name in judge)


# === Tensors by the names that the rules know ===


def halves(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of conditional batch norm, [gain | bias], as two."""
    turned = {}
    for name, array in weights.items():
        of = name.removesuffix(".embed.weight")
        if of == name:
            turned[name] = array
        else:
            gain, bias = np.split(np.asarray(array), 2, axis=1)
            turned |= {f"{of}.gain": gain, f"{of}.bias": bias}
    return turned


def as_sngan(weights: Mapping[str, Any]) -> dict[str, Any]:
    """InfoMax-GAN's blocks and its linear layer by SNGAN's names."""
    local = [int(n.split(".")[1]) for n in weights if n.startswith("local_feat")]
    start = max(local, default=0) + 1

    def renamed(name):
        place = r"(local|global)_feat_blocks\.(\d+)"
        if match := re.match(place, name):
            number = int(match[2]) + 1 + start * (match[1] == "global")
            return f"block{number}{name[match.end() :]}"
        return re.sub(r"^linear\.", "l.", name)

    return {renamed(name): array for name, array in weights.items()}


def own_power_step(weights: Mapping[str, Any]) -> dict[str, Any]:
    """mimicry's own spectral norm (`weight`, `sn_u`), of cGAN-PD's end, as torch's.

    In evaluation too it takes a step of the power iteration from `sn_u`.
    """
    turned = dict(weights)
    for name in weights:
        if name.endswith(".sn_u"):
            layer = name.removesuffix(".sn_u")
            kernel = np.asarray(turned.pop(f"{layer}.weight"))
            matrix = kernel.reshape(len(kernel), -1).astype("float64")
            v = _unit(np.asarray(turned.pop(name))[0] @ matrix)
            turned[f"{layer}.weight_orig"] = kernel
            turned[f"{layer}.weight_u"] = _unit(matrix @ v).astype("float32")
            turned[f"{layer}.weight_v"] = v.astype("float32")
            turned.pop(f"{layer}.sn_sigma", None)
    return turned


def _unit(x):
    return x / np.linalg.norm(x)


# === Sizes and networks ===


def generator_sizes(weights: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for the generator that has these tensors."""
    blocks = numbered(weights, BLOCK + r"c2\.weight").values()
    first = weights["block2.c1.weight"].shape[1]
    widths = (first, *(kernel.shape[0] for kernel in blocks))
    grids, latent_dim = weights["l1.weight"].shape
    size = math.isqrt(grids // first) * 2 ** len(blocks)
    (image,) = numbered(weights, r"c(\d+)\.weight").values()
    table = weights.get("block2.b1.gain")
    return {
        "image_shape": (size, size, image.shape[0]),
        "latent_dim": latent_dim,
        "generator_widths": widths,
        "num_classes": None if table is None else table.shape[0],
    }


def discriminator_widths(judge: Mapping[str, Any]) -> tuple[int, ...]:
    """What each block makes."""
    kernel = "weight_orig" if _spectral(judge) else "weight"
    blocks = numbered(judge, rf"{BLOCK}c2\.{kernel}")
    return tuple(kernel.shape[0] for kernel in blocks.values())


def resnet(
    image_shape: ImageShape,
    latent_dim: int,
    generator_widths: Sequence[int],
    num_classes: int | None,
) -> keras.Model:
    """The generator, which interpolates linearly."""
    return resnet_generator(
        image_shape,
        latent_dim,
        generator_widths,
        num_classes,
        interpolation="bilinear",
    )


def discriminator(judge: Mapping[str, Any], sizes: Mapping[str, Any]) -> Any:
    """The discriminator that has these tensors; its shortcuts are activated."""
    shape, widths = sizes["image_shape"], discriminator_widths(judge)
    kind = guess(judge, sizes)
    if kind == "info_max_gan":
        width = judge["local_nrkhs_b.weight_orig"].shape[0]
        return info_max_gan_discriminator(shape, widths, width, activated=True)
    if kind == "ssgan":
        return ssgan_discriminator(shape, widths, activated=True)
    return resnet_discriminator(
        shape,
        widths,
        num_classes=sizes["num_classes"],
        style=SPECTRAL if _spectral(judge) else PLAIN,
        activated=True,
    )


def places(network: Any) -> int:
    """Of the last grid, over which WGAN-GP's features are means and not sums."""
    _, rows, columns, _ = network.get_layer("relu").output.shape
    return rows * columns


# === Rules ===


def generator_rules(bottom: int, conditional: bool) -> list[Rule]:
    """For a generator whose first grid is of this size."""

    def up(name):
        return lambda match: f"up_{int(match[1]) - 2}_{name}"

    def normalized(published, name):
        if not conditional:
            return batch_norm(published, up(name))
        return [
            (rf"{published}\.{theirs}", lambda m, o=ours: f"{up(name)(m)}/{o}", same)
            for theirs, ours in MODULATED.items()
        ]

    turned = grid(bottom, bottom)
    return [
        *layer("l1", "project", False, turned, output=turned),
        *layer(BLOCK + "c1", up("conv_1"), False, conv),
        *layer(BLOCK + "c2", up("conv_2"), False, conv),
        *layer(BLOCK + "c_sc", up("shortcut"), False, conv),
        *normalized(BLOCK + "b1", "norm_1"),
        *normalized(BLOCK + "b2", "norm_2"),
        *batch_norm(r"b\d+", "norm"),
        *layer(r"c\d+", "to_image", False, conv),
    ]


MODULATED = {
    r"bn\.running_mean": "moving_mean",
    r"bn\.running_var": "moving_variance",
    "gain": "gain",
    "bias": "bias",
}


def discriminator_rules(judge: Mapping[str, Any], places: int = 1) -> list[Rule]:
    """For a discriminator with these tensors.

    Args:
        places: of the grid whose mean, in place of its sum, the logit is made of.
    """
    spectral = _spectral(judge)

    def down(name):
        return lambda match: f"block_{int(match[1]) - 1}_{name}"

    def mean(kernel):
        return linear(kernel) / np.float32(places)

    rules = [
        *layer(BLOCK + "c1", down("conv_1"), spectral, conv, 3),
        *layer(BLOCK + "c2", down("conv_2"), spectral, conv, 3),
        *layer(BLOCK + "c_sc", down("shortcut"), spectral, conv, 1),
        *layer(r"l\d*", "logit", spectral, mean),
    ]
    if "l_y.bias" in judge:
        rules += layer("l_y", "rotations", spectral)
    else:
        rules += layer("l_y", "embedding", spectral, same, kernel="embeddings")
    for theirs, ours in {"a": "hidden", "b": "projected", "sc": "skip"}.items():
        rules += layer(f"local_nrkhs_{theirs}", f"local_{ours}", spectral, conv, 1)
        rules += layer(f"global_nrkhs_{theirs}", f"global_{ours}", spectral)
    return rules
