"""Progressive GAN and DCGAN, from facebookresearch/pytorch_GAN_zoo's checkpoints."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_gan_zoo.backend.keras_internals import without_drawing
from keras_gan_zoo.conversion.files import Files
from keras_gan_zoo.conversion.rules import Rule, numbered, part
from keras_gan_zoo.conversion.source import Player, Source, build, fill, one_file
from keras_gan_zoo.conversion.turns import Turn, conv, flat, grid, linear, same
from keras_gan_zoo.families import DCGAN, ProgressiveGAN
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.networks import (
    convolutional_discriminator,
    convolutional_generator,
)
from keras_gan_zoo.typing import ImageShape

ENDINGS = (".pth", ".pt")
HALF_LIFE = 11_090  #: of its average, 0.999 a step, in images of batches of 16


class PyTorchGANZoo(Source):
    """One file with `netG`, `netD`, `avgG` and the `config` of their training.

    Progressive GANs of any size are those of their last scale: layers to and from
    smaller images, which only a growing network uses, are left out. Groups of the
    standard deviation are of consecutive images, and variances unbiased.
    """

    title = "pytorch_GAN_zoo"
    home = "https://github.com/facebookresearch/pytorch_GAN_zoo"
    licence = "BSD-3-Clause"
    license = "bsd-3-clause"

    def matches(self, files: Files) -> bool:
        return one_file(files, _is_one, ENDINGS) is not None

    def convert(self, files: Files, **settings: Any) -> GAN:
        weights = one_file(files, _is_one, ENDINGS)
        generator, discriminator, average = (
            part(weights, key) for key in ("netG", "netD", "avgG")
        )
        config = part(weights.settings, "config")
        make = progressive if "formatLayer.module.weight" in generator else plain
        return make(generator, discriminator, average or generator, config, settings)


def _is_one(weights):
    known = {"netG.formatLayer.module.weight", "netG.main.outlayer.weight"}
    return not known.isdisjoint(weights)


def check(config: Mapping[str, Any], **expected: Any) -> None:
    """Whether a checkpoint was trained as the networks here are built.

    Raises:
        ValueError: it has another setting.
    """
    for name, known in expected.items():
        if name in config and config[name] not in known:
            raise ValueError(
                f"`config.{name}` must be {' or '.join(map(repr, known))}. "
                f"Received: {config[name]!r}"
            )


# === Progressive GAN ===


def progressive(
    generator: Mapping[str, Any],
    discriminator: Mapping[str, Any],
    average: Mapping[str, Any],
    config: Mapping[str, Any],
    settings: dict[str, Any],
) -> ProgressiveGAN:
    check(
        config,
        alpha=(0,),
        leakyReluLeak=(0.2,),
        perChannelNormalization=(True,),
        equalizedlR=(True,),
        miniBatchStdDev=(True,),
        categoryVectorDim=(0,),
        lossCriterion=("WGANGP", "Logistic"),
    )
    sizes = progressive_sizes(generator, discriminator)
    gan = build(ProgressiveGAN, **{"ema_half_life": HALF_LIFE, **sizes, **settings})
    last = len(sizes["generator_widths"]) - 1
    up, down, unused = progressive_rules(last)
    return fill(
        gan,
        Player(in_our_units(generator, last), up, unused),
        Player(in_our_units(average, last), up, unused),
        Player(in_our_units(discriminator, last), down, unused),
    )


def progressive_sizes(
    generator: Mapping[str, Any], discriminator: Mapping[str, Any]
) -> dict[str, Any]:
    """The family's arguments for the networks that have these tensors."""
    scale = r"RGBLayers\.(\d+)\.module\.weight"
    to_image = numbered(generator, f"to{scale}").values()
    from_image = numbered(discriminator, f"from{scale}").values()
    up = tuple(kernel.shape[1] for kernel in to_image)
    down = tuple(kernel.shape[0] for kernel in from_image)
    size = 4 * 2 ** (len(up) - 1)
    return {
        "image_shape": (size, size, generator["toRGBLayers.0.module.weight"].shape[0]),
        "latent_dim": generator["formatLayer.module.weight"].shape[1],
        "generator_widths": up,
        "discriminator_widths": down[::-1],
        "grouping": "consecutive",
    }


def in_our_units(weights: Mapping[str, Any], last: int) -> dict[str, Any]:
    """Kernels without NVIDIA's gains, biases as they are added.

    Facebook multiplies each layer's output, bias included, by sqrt(2 / fan_in), and
    the networks here their kernels by gains that are NVIDIA's for three of the layers.

    Args:
        last: int, the number of the scale of the images.
    """
    gains = {
        "formatLayer": 1 / 4,
        f"toRGBLayers.{last}": math.sqrt(0.5),
        "decisionLayer": math.sqrt(0.5),
    }
    found = {}
    for name, array in weights.items():
        layer, _, kind = name.rpartition(".module.")
        if kind == "weight" and layer in gains:
            array = np.asarray(array) / np.float32(gains[layer])
        elif kind == "bias" and f"{layer}.module.weight" in weights:
            fan_in = math.prod(weights[f"{layer}.module.weight"].shape[1:])
            array = np.asarray(array) * np.float32(math.sqrt(2 / fan_in))
        found[name] = array
    return found


def progressive_rules(last: int) -> tuple[list[Rule], list[Rule], list[str]]:
    """Of the generator, of the discriminator, and what neither uses."""

    def up(match):
        return f"grid_{int(match[1]) + 1}_{int(match[2]) + 1}"

    def down(match):
        return f"down_{last - 1 - int(match[1])}_{int(match[2]) + 1}"

    generator = [
        *_layer("formatLayer", "project", grid(4, 4), grid(4, 4)),
        *_layer(r"groupScale0\.0", "grid_0"),
        *_layer(r"scaleLayers\.(\d+)\.(\d)", up),
        *_layer(rf"toRGBLayers\.{last}", "to_image"),
    ]
    discriminator = [
        *_layer(rf"fromRGBLayers\.{last}", "from_image"),
        *_layer(r"scaleLayers\.(\d+)\.(\d)", down),
        *_layer(r"groupScaleZero\.0", "conv"),
        *_layer(r"groupScaleZero\.1", "dense", flat(4, 4)),
        *_layer("decisionLayer", "logits", linear),
    ]
    smaller = "|".join(str(scale) for scale in range(last))
    return generator, discriminator, [rf"(to|from)RGBLayers\.({smaller})\..*"]


def _layer(
    published: str, ours: Any, turn: Turn = conv, turn_bias: Turn = same
) -> list[Rule]:
    """A layer's kernel and bias; `ours` may be a function of the match."""

    def path(kind):
        def of(match):
            name = ours(match) if callable(ours) else ours
            return f"{name}/{name}/{kind}"

        return of

    return [
        (rf"{published}\.module\.weight", path("kernel"), turn),
        (rf"{published}\.module\.bias", path("bias"), turn_bias),
    ]


# === DCGAN ===

UNUSED = [r".*\.num_batches_tracked"]
NORM = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def plain(
    generator: Mapping[str, Any],
    discriminator: Mapping[str, Any],
    average: Mapping[str, Any],
    config: Mapping[str, Any],
    settings: dict[str, Any],
) -> DCGAN:
    check(config, categoryVectorDim=(0,), lossCriterion=("DCGAN", "MSE"))
    least_squares = config.get("lossCriterion") == "MSE"
    known = {
        "loss": "least_squares" if least_squares else "non_saturating",
        "ema_half_life": HALF_LIFE,
    }
    sizes = plain_sizes(generator, discriminator)
    with without_drawing():
        made = plain_networks(**sizes)
    given = {**known, **sizes, **settings}
    gan = build(DCGAN, **given, generator=made[0], discriminator=made[1])
    up, down = plain_rules(len(sizes["generator_widths"]) - 1)
    return fill(
        gan,
        Player(with_biases(generator), up, UNUSED),
        Player(with_biases(average), up, UNUSED),
        Player(with_biases(discriminator), down, UNUSED),
    )


def plain_sizes(
    generator: Mapping[str, Any], discriminator: Mapping[str, Any]
) -> dict[str, Any]:
    """The family's arguments for the networks that have these tensors."""

    def norms(weights):
        found = numbered(weights, r"main\.batchNorm(\d+)\.weight")
        return tuple(gains.shape[0] for gains in found.values())

    up = norms(generator)
    size = 4 * 2 ** len(up)
    first = discriminator[f"main.convTranspose{len(up) - 1}.weight"].shape[0]
    return {
        "image_shape": (size, size, generator["main.outlayer.weight"].shape[1]),
        "latent_dim": generator["formatLayer.weight"].shape[0],
        "generator_widths": up,
        "discriminator_widths": (first, *norms(discriminator)[::-1]),
    }


def plain_networks(
    image_shape: ImageShape,
    latent_dim: int,
    generator_widths: Sequence[int],
    discriminator_widths: Sequence[int],
) -> tuple[Any, Any]:
    """With kernels of 4x4, where the family has 5x5."""
    return (
        convolutional_generator(image_shape, latent_dim, generator_widths, 4),
        convolutional_discriminator(image_shape, discriminator_widths, 4),
    )


def with_biases(weights: Mapping[str, Any]) -> dict[str, Any]:
    """With zeros for biases that the layers to and from images have here."""
    found = dict(weights)
    if "main.outlayer.weight" in weights:
        found["main.outlayer.bias"] = _zeros(weights["main.outlayer.weight"].shape[1])
    if "decisionLayer.weight" in weights:
        first = max(
            (name for name in weights if name.startswith("main.convTranspose")),
            key=lambda name: int(re.findall(r"\d+", name)[0]),
        )
        found[first.replace("weight", "bias")] = _zeros(weights[first].shape[0])
        found["decisionLayer.bias"] = _zeros(weights["decisionLayer.weight"].shape[0])
    return found


def _zeros(size):
    return np.zeros(size, "float32")


def plain_rules(depth: int) -> tuple[list[Rule], list[Rule]]:
    """Of the generator and of the discriminator, which counts from its end."""

    def at(name):
        return lambda match: name.format(depth - int(match[1]))

    def first(kernel):  # of a transposed convolution on 1x1 latents
        return kernel.transpose(0, 2, 3, 1).reshape(len(kernel), -1)

    up: list[Rule] = [
        (r"formatLayer\.weight", "project/kernel", first),
        (r"main\.convTranspose(\d+)\.weight", r"up_\1/kernel", conv),
        (r"main\.outlayer\.weight", "to_image/kernel", conv),
        (r"main\.outlayer\.bias", "to_image/bias", same),
    ]
    down: list[Rule] = [
        (r"main\.convTranspose(\d+)\.weight", at("down_{}/kernel"), conv),
        (r"main\.convTranspose(\d+)\.bias", at("down_{}/bias"), same),
        (r"decisionLayer\.weight", "logits/kernel", flat(4, 4)),
        (r"decisionLayer\.bias", "logits/bias", same),
    ]
    for theirs, ours in NORM.items():
        name = rf"main\.batchNorm(\d+)\.{theirs}"
        up.append((name, rf"norm_\1/{ours}", same))
        down.append((name, at(f"norm_{{}}/{ours}"), same))
    return up, down
