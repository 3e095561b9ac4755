"""FastGAN of the huggan sprint: `huggan/fastgan-few-shot-*` on the Hub.

`pytorch_model.bin`, of the generator alone, whose numbers are those of
`conversion.sources.fastgan` under other names, with tanh for every size.
"""

import math
import re
from typing import Any

from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, batch_norm
from keras_gan_zoo.conversion.source import Player, Source, fill, one_file
from keras_gan_zoo.conversion.sources.fastgan import (
    ENDINGS,
    excitation,
    spectral,
    up,
    with_noise,
)
from keras_gan_zoo.families.fastgan import FastGAN
from keras_gan_zoo.gan import GAN

#: what the attribute of a wrapped convolution is called, if it is wrapped
INNER = r"(?:\._\w+)?"
KERNEL = rf"{INNER}\.weight_orig"
STRENGTH = r"(_upsample_(\d+)\._layers\.[26])\._weight"
#: counts, and the image of 128 pixels that the published generator makes as well
UNUSED = [r".*num_batches_tracked", r"_out_128\..*"]


class HugganFastGAN(Source):
    """A generator of 256, 512 or 1024 pixels. There is no discriminator."""

    title = "huggan's FastGAN"
    home = "https://huggingface.co/huggan/fastgan-few-shot-aurora"
    licence = "MIT, as the card of huggan/fastgan-few-shot-aurora says"
    license = "mit"

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ENDINGS) is not None

    def convert(self, files: Files, **settings: Any) -> GAN:
        weights = one_file(files, _is_one, ENDINGS)
        sizes = _sizes_of(weights)
        size = sizes["image_shape"][0]
        gan = FastGAN(**{**sizes, "tanh": True, "discriminator": False, **settings})
        player = Player(with_noise(weights, STRENGTH), generator_rules(size), UNUSED)
        return fill(gan, player)


def generator_rules(size: int) -> list[Rule]:
    """Of images of `size` pixels."""
    rules = spectral(rf"_init\._layers\.0{INNER}", "project", 4)
    rules += batch_norm(r"_init\._layers\.1", "stage_0_norm")
    for stage in range(1, int(math.log2(size)) - 1):
        pixels, layer = 4 << stage, f"stage_{stage}"
        noisy = stage % 2 == 1
        rules += up(rf"_upsample_{pixels}\._layers", layer, noisy, INNER)
        rules += excitation(rf"_sle_{pixels}\._layers", f"{layer}_skip", INNER)
    return rules + spectral(rf"_out_{size}\.0{INNER}", "to_image", 3)


def _find(weights, pattern):
    """The shape of the one tensor of this name, or None."""
    for name in weights:
        if re.fullmatch(pattern, name):
            return weights[name].shape
    return None


def _is_one(weights):
    needed = (r"_init\._layers\.0", r"_upsample_8\._layers\.1", r"_sle_64\._layers\.1")
    return all(_find(weights, name + KERNEL) is not None for name in needed)


def _sizes_of(weights):
    """The arguments of the family, from shapes."""
    first = _find(weights, r"_init\._layers\.0" + KERNEL)
    widths, stage = [first[1] // 2], 1
    while shape := _find(weights, rf"_upsample_{4 << stage}\._layers\.1{KERNEL}"):
        widths.append(shape[0] // 2)
        stage += 1
    size = 2 << stage
    last = _find(weights, rf"_out_{size}\.0{KERNEL}")
    if last is None:
        raise ValueError(
            f"A FastGAN of {stage - 1} doublings must end in `_out_{size}`. Received: "
            f"weights with {', '.join(n for n in weights if n.startswith('_out'))}"
        )
    return {
        "image_shape": (size, size, last[0]),
        "latent_dim": first[0],
        "generator_widths": tuple(widths),
    }
