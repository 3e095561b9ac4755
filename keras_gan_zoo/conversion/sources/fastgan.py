"""FastGAN, as hugobb/FastGAN-pytorch and those before it save it.

`all_<step>.pth`: `g`, `d`, their optimizers, and `g_ema`, the averages of `g`'s
parameters in a list without names; or `<step>.pth`, whose `g` has the averages in it.
Names may begin with `module.`.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_gan_zoo.auxiliaries import Reconstruction
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, batch_norm, part, port
from keras_gan_zoo.conversion.source import Player, Source, fill, one_file
from keras_gan_zoo.conversion.turns import conv, directions, same, scalar
from keras_gan_zoo.families.fastgan import FastGAN
from keras_gan_zoo.gan import GAN

ENDINGS = (".pth", ".pt", ".bin", ".safetensors")
PARTS = ("g.", "d.", "g_ema.", "opt_g.", "opt_d.")
BUFFERS = r".*\.(weight_[uv]|running_mean|running_var|num_batches_tracked)"
#: counts, and the image of 128 pixels that the published generator makes as well
UNUSED_BY_GENERATOR = [r".*num_batches_tracked", r"to_128\..*"]
UNUSED_BY_DISCRIMINATOR = [r".*num_batches_tracked", r"decoder_(big|small|part)\..*"]
DECODERS = {"whole": "decoder_big", "small": "decoder_small", "part": "decoder_part"}
#: the places in a block of the discriminator: our name, theirs, the kernel's size
WAYS = (
    ("main_1", r"main\.0", r"main\.1", 4),
    ("main_2", r"main\.3", r"main\.4", 3),
    ("direct", r"direct\.1", r"direct\.2", 1),
)


def spectral(pattern: str, layer: str, size: int) -> list[Rule]:
    """A spectrally normalized convolution: its kernel and its two vectors."""
    inside = f"{layer}/{layer.split('/')[-1]}/kernel"
    return [
        (rf"{pattern}\.weight_orig", inside, conv),
        (rf"{pattern}\.weight_u", f"{layer}/u", same),
        (rf"{pattern}\.weight_v", f"{layer}/v", directions(size)),
    ]


def noise(pattern: str, layer: str) -> list[Rule]:
    """The strength of noise, and its map, which `with_noise` draws."""
    return [
        (rf"{pattern}\._?weight", f"{layer}/strength", scalar),
        (rf"{pattern}\.noise", f"{layer}/noise", _one_channel),
    ]


def excitation(pattern: str, layer: str, inner: str = "") -> list[Rule]:
    """The two convolutions in a sequence; `inner` is what their names end in."""
    first, second = rf"{pattern}\.1{inner}", rf"{pattern}\.3{inner}"
    return [
        *spectral(first, f"{layer}/convolution", 4),
        *spectral(second, f"{layer}/mix", 1),
    ]


def up(pattern: str, layer: str, noisy: bool, inner: str = "") -> list[Rule]:
    """An up block, a sequence; `inner` is what its convolutions' names end in."""
    if not noisy:
        return [
            *spectral(rf"{pattern}\.1{inner}", f"{layer}_1_conv", 3),
            *batch_norm(rf"{pattern}\.2", f"{layer}_1_norm"),
        ]
    rules: list[Rule] = []
    for first, name in ((1, f"{layer}_1"), (5, f"{layer}_2")):
        rules += spectral(rf"{pattern}\.{first}{inner}", f"{name}_conv", 3)
        rules += noise(rf"{pattern}\.{first + 1}", f"{name}_noise")
        rules += batch_norm(rf"{pattern}\.{first + 2}", f"{name}_norm")
    return rules


def generator_rules(size: int) -> list[Rule]:
    """Of images of `size` pixels."""
    rules = spectral(r"init\.init\.0", "project", 4)
    rules += batch_norm(r"init\.init\.1", "stage_0_norm")
    for stage in range(1, int(math.log2(size)) - 1):
        pixels = 4 << stage
        rules += up(rf"feat_{pixels}", f"stage_{stage}", stage % 2 == 1)
        rules += excitation(rf"se_{pixels}\.main", f"stage_{stage}_skip")
    return rules + spectral(r"to_big", "to_image", 3)


def discriminator_rules(size: int) -> list[Rule]:
    """Of images of `size` pixels."""
    rules = spectral(r"down_from_big\.0", "stem_0_conv", 3 if size <= 256 else 4)
    rules += spectral(r"down_from_big\.2", "stem_1_conv", 4)
    rules += batch_norm(r"down_from_big\.3", "stem_1_norm")
    for block, name in enumerate((4, 8, 16, 32, 64), start=1):
        for ours, kernel, norm, pixels in WAYS:
            layer = f"block_{block}_{ours}"
            rules += spectral(rf"down_{name}\.{kernel}", f"{layer}_conv", pixels)
            rules += batch_norm(rf"down_{name}\.{norm}", f"{layer}_norm")
    for block, maps in ((3, "2_16"), (4, "4_32"), (5, "8_64")):
        rules += excitation(rf"se_{maps}\.main", f"block_{block}_skip")
    rules += spectral(r"rf_big\.0", "last_conv", 1) + batch_norm(
        r"rf_big\.1", "last_norm"
    )
    rules += spectral(r"rf_big\.3", "large_logits", 4)
    rules += spectral(r"rf_small", "small_logits", 4)
    rules += spectral(r"down_from_small\.0", "small_0_conv", 4)
    for i in (1, 2, 3):
        pattern = rf"down_from_small\.{i + 1}\.main"
        rules += spectral(rf"{pattern}\.0", f"small_{i}_conv", 4)
        rules += batch_norm(rf"{pattern}\.1", f"small_{i}_norm")
    return rules


def decoder_rules(ours: str) -> list[Rule]:
    """Of one decoder of `Reconstruction`."""
    ours = f"reconstruction/{ours}"
    rules = spectral(r"main\.5", f"{ours}_to_image", 3)
    for i in range(4):
        rules += spectral(rf"main\.{i + 1}\.1", f"{ours}_conv_{i}", 3)
        rules += batch_norm(rf"main\.{i + 1}\.2", f"{ours}_norm_{i}")
    return rules


def with_noise(weights: Mapping[str, Any], strength: str) -> dict[str, Any]:
    """The tensors, and for each strength of noise a map of noise, always the same.

    The published networks draw noise anew for each image; ours have a stored map, so
    that an image depends on its latents alone.

    Args:
        weights: of a generator.
        strength: a pattern of names of strengths, whose first group begins the name of
            a layer and whose second is the size of its map.
    """
    drawn = np.random.RandomState(0)
    maps = {}
    for name in sorted(weights):
        match = re.fullmatch(strength, name)
        if match and tuple(weights[name].shape) == (1,):  # else of batch norm
            size = int(match[2])
            maps[f"{match[1]}.noise"] = drawn.standard_normal((size, size))
    return {**weights, **{name: x.astype("float32") for name, x in maps.items()}}


class FastGANPytorch(Source):
    """`g`, `d` and perhaps `g_ema`, of 256, 512 or 1024 pixels.

    The discriminator's decoders go to the term `Reconstruction`. The published
    generator's noise is drawn for each image; here it is one map for each place.
    """

    title = "FastGAN-pytorch"
    home = "https://github.com/hugobb/FastGAN-pytorch"
    licence = "not said (the code is GPL-3.0)"

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ENDINGS) is not None

    def convert(self, files: Files, **settings: Any) -> GAN:
        weights = one_file(files, _is_one, ENDINGS)
        other = [name for name in weights if not name.startswith(PARTS)]
        if other:
            raise ValueError(
                "The weights are not those of a FastGAN. Only in the file: "
                f"{', '.join(other[:8])}. Only in the networks: nothing"
            )
        live, judge = (_plain(part(weights, key)) for key in ("g", "d"))
        average = averaged(live, part(weights, "g_ema"))
        sizes = _sizes_of(live, judge)
        gan = FastGAN(**{**sizes, **settings})
        size = sizes["image_shape"][0]
        rules = generator_rules(size)
        strength = r"(feat_(\d+)\.[26])\.weight"
        live, average = (with_noise(each, strength) for each in (live, average))
        fill(
            gan,
            Player(live, rules, UNUSED_BY_GENERATOR),
            Player(average, rules, UNUSED_BY_GENERATOR),
            Player(judge, discriminator_rules(size), UNUSED_BY_DISCRIMINATOR),
        )
        for term in gan.auxiliaries:
            if isinstance(term, Reconstruction):
                for ours, theirs in DECODERS.items():
                    network, tensors = getattr(term, ours), part(judge, theirs)
                    counts = [r".*num_batches_tracked"]
                    port(network, tensors, decoder_rules(ours), counts)
        return gan


def averaged(live: Mapping[str, Any], average: Mapping[str, Any]) -> dict[str, Any]:
    """A generator's tensors with the averages in place of its parameters.

    Args:
        live: tensors by name, in the published order; its buffers stay.
        average: the parameters in the order of `live`, by number.

    Raises:
        ValueError: there is another number of them, or they have other shapes.
    """
    if not average:
        return dict(live)
    names = [name for name in live if not re.fullmatch(BUFFERS, name)]
    found = [average[number] for number in sorted(average, key=int)]
    expected = [tuple(live[name].shape) for name in names]
    if expected != [tuple(x.shape) for x in found]:
        raise ValueError(
            "`g_ema` must list the parameters of `g` in its order. Received: "
            f"{len(found)} tensors for {len(names)} parameters"
            + ("" if len(found) != len(names) else ", of other shapes")
        )
    return {**live, **dict(zip(names, found, strict=True))}


def _one_channel(noise):
    return noise[..., None]


def _plain(weights):
    """Without what `DataParallel` puts before each name."""
    return part(weights, "module") or weights


def _is_one(weights):
    needed = ("g.{}init.init.0.weight_orig", "d.{}down_from_big.0.weight_orig")
    return any(
        all(name.format(module) in weights for name in needed)
        for module in ("", "module.")
    )


def _sizes_of(generator, discriminator):
    """The arguments of the family, from shapes."""
    large = [size for size in (1024, 512) if f"feat_{size}.1.weight_orig" in generator]
    size = max(large, default=256)
    stages = range(1, int(math.log2(size)) - 1)

    def width(weights, name):
        return weights[f"{name}.weight_orig"].shape[0]

    first = generator["init.init.0.weight_orig"].shape
    stems = [f"down_from_big.{i}" for i in (0, 2)]
    return {
        "image_shape": (size, size, width(generator, "to_big")),
        "latent_dim": first[0],
        "generator_widths": (
            first[1] // 2,
            *(width(generator, f"feat_{4 << stage}.1") // 2 for stage in stages),
        ),
        "discriminator_widths": (
            *(
                width(discriminator, stem)
                for stem in stems
                if f"{stem}.weight_orig" in discriminator
            ),
            *(width(discriminator, f"down_{i}.main.0") for i in (4, 8, 16, 32, 64)),
        ),
    }
