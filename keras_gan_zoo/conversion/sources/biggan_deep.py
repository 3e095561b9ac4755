"""pytorch-pretrained-BigGAN: DeepMind's BigGAN-deep at 128, 256 and 512 pixels.

One file of tensors, `*pytorch_model.bin`, of the generator alone, and beside it
`*config.json`. Its batch norm has moments for 51 truncations, of which the published
code takes others than it means to between two of them: `statistics="published"`, the
default, gives its very images, `statistics="interpolated"` what was meant.
"""

import math
from typing import Any

from keras_gan_zoo.backend.keras_internals import without_drawing
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Path, Rule, layer, under
from keras_gan_zoo.conversion.source import Player, Source, fill, one_file
from keras_gan_zoo.conversion.turns import conv, linear, same, scalar
from keras_gan_zoo.families.biggan_deep import BigGANDeep
from keras_gan_zoo.networks import biggan_deep_generator

EPSILON = 1e-4  # of batch norm, in all three configurations
ENDING = "pytorch_model.bin"
LAYER = r"generator\.layers\.(\d+)\."


def generator_rules(places: dict[int, str]) -> list[Rule]:
    """Rules for a generator whose block at index `i` is `places[i]` here."""

    def place(match):
        return places.get(int(match[1]), "none")

    def of(ours):
        return lambda match: f"{place(match)}_{ours(match)}"

    def conv_of(match):
        return f"conv_{int(match[2]) + 1}"

    def modulation_of(match):
        part = {"scale": "gain", "offset": "bias"}[match[3]]
        return f"norm_{int(match[2]) + 1}_{part}"

    def norm_of(match):
        return f"norm_{int(match[2]) + 1}"

    attention = {"theta": "theta", "phi": "phi", "g": "g", "o_conv": "o"}
    return [
        (r"embeddings\.weight", "embedding/embeddings", linear),
        *layer(r"generator\.gen_z", "project", True),
        *[
            rule
            for theirs, ours in attention.items()
            for rule in layer(
                rf"{LAYER}snconv1x1_{theirs}", f"attention/{ours}", True, conv
            )
        ],
        (rf"{LAYER}gamma", "attention/gamma", scalar),
        *layer(rf"{LAYER}conv_([03])", of(conv_of), True, conv),
        *layer(rf"{LAYER}conv_([12])", of(conv_of), True, conv, 3),
        *layer(rf"{LAYER}bn_(\d)\.(scale|offset)", of(modulation_of), True),
        *moments(rf"{LAYER}bn_(\d)", of(norm_of)),
        *moments(r"generator\.bn", "norm"),
        (r"generator\.bn\.weight", "norm/gamma", same),
        (r"generator\.bn\.bias", "norm/beta", same),
        *layer(r"generator\.conv_to_rgb", "to_image", True, conv, 3),
    ]


def moments(published: str, ours: Path) -> list[Rule]:
    """Rules for the tables of batch norm."""
    names = {"running_means": "moving_mean", "running_vars": "moving_variance"}
    return [(rf"{published}\.{k}", under(ours, v), same) for k, v in names.items()]


class BigGANDeepSource(Source):
    title = "pytorch-pretrained-BigGAN"
    home = "https://github.com/huggingface/pytorch-pretrained-BigGAN"
    licence = "MIT, converted from DeepMind's TF Hub modules"
    license = "mit"

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ENDING) is not None

    def convert(self, files: Files, **settings: Any) -> BigGANDeep:
        weights = one_file(files, _is_one, ENDING)
        _check_config(files, weights)
        widths, places, attention = _layout(weights)
        embedding, classes = weights["embeddings.weight"].shape
        size = 4 * 2 ** (len(widths) - 1)
        latents = weights["generator.gen_z.weight_orig"].shape[1] - embedding
        statistics = settings.pop("statistics", "published")
        with without_drawing():
            generator = biggan_deep_generator(
                (size, size, 3),
                latents,
                widths,
                classes,
                embedding,
                attention,
                epsilon=EPSILON,
                to_image_width=widths[-1],
                statistics=statistics,
            )
        gan = BigGANDeep(
            (size, size, 3),
            num_classes=classes,
            latent_dim=latents,
            generator_widths=widths,
            embedding_dim=embedding,
            attention=attention,
            generator=generator,
            discriminator=False,
            **{"ema_half_life": None, **settings},
        )
        return fill(gan, Player(weights, generator_rules(places)))


def _is_one(weights):
    return "generator.gen_z.weight_orig" in weights


def _layout(weights):
    """Widths, our name of each block by its index, and the grid of attention."""
    indices = {
        int(name.split(".")[2]): name
        for name in weights
        if name.startswith("generator.layers.")
    }
    places: dict[int, str] = {}
    widths, attention = [], None
    for index in sorted(indices):
        if f"generator.layers.{index}.gamma" in weights:
            attention = 4 * 2 ** (len(places) // 2)
            continue
        block = len(places)
        places[index] = f"{'up' if block % 2 else 'same'}_{block // 2}"
        if not block % 2:
            name = f"generator.layers.{index}.bn_0.running_means"
            widths.append(weights[name].shape[1])
    widths.append(weights["generator.bn.running_means"].shape[1])
    return tuple(widths), places, attention


def _check_config(files, weights):
    """Raise an error if a configuration beside the weights is that of others."""
    for name in files.names:
        if name.endswith("config.json"):
            config = files.json(name)
            embedding, classes = weights["embeddings.weight"].shape
            found = {"num_classes": classes, "class_embed_dim": embedding}
            other = {k: config[k] for k in found if config.get(k, found[k]) != found[k]}
            if other or not math.isclose(config.get("eps", EPSILON), EPSILON):
                raise ValueError(
                    f"`{name}` must be the configuration of these weights. "
                    f"Expected: {found}, eps={EPSILON}. Received: {config!r:.300}"
                )
