"""Which networks PyTorch-StudioGAN's tensors are of, from their names and shapes."""

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from keras_gan_zoo.conversion.sources.studiogan.rules import BLOCK, attention_number
from keras_gan_zoo.networks.biggan import default_downsample

EPSILON = 1e-4  #: of batch norm
Tensors = Mapping[str, Any]
Description = dict[str, Any]  #: see `networks.described`
GRID = 4  #: rows and columns of the generator's first one


class Layout(NamedTuple):
    """A network.

    Attributes:
        backbone: `"deep_conv"`, `"resnet"`, `"big_resnet"` or `"big_resnet_deep"`.
        network: its description, without its head's.
        image_shape: `(height, width, channels)`.
        num_classes: int or None.
        num_codes: int, 0 without InfoGAN's codes.
        latent_dim: int, without codes.
        grid: int, rows of the discriminator's last one.
    """

    backbone: str
    network: Description
    image_shape: tuple[int, int, int]
    num_classes: int | None = None
    num_codes: int = 0
    latent_dim: int = 0
    grid: int = 0


def kernel(weights: Tensors, name: str) -> Any:
    """A layer's kernel, spectrally normalized or not; None if there is none."""
    return weights.get(f"{name}.weight_orig", weights.get(f"{name}.weight"))


def generator_layout(weights: Tensors) -> Layout:
    """The network of a generator's tensors.

    Raises:
        ValueError: it is none that is known.
    """
    project, codes = kernel(weights, "linear0"), kernel(weights, "info_proj_linear")
    if project is None:
        raise unknown("generator", weights)
    style: Description = {"initializer": "orthogonal"}
    if "linear0.weight_orig" in weights:
        style |= {"spectral": True, "epsilon": 1e-6}
    num_codes = 0 if codes is None else codes.shape[1]
    first = project.shape[0] // GRID**2
    if "conv4.bias" in weights:
        widths = [
            kernel(weights, name).shape[1] for name in _layers(weights, "deconv0")
        ]
        return _generator(
            "deep_conv",
            weights,
            {"name": "sndcgan_generator", "style": style},
            (first, *widths),
            "conv4",
            num_codes=num_codes,
            latent_dim=project.shape[1],
        )
    gain = kernel(weights, next(iter(_layers(weights, "bn1.gain")), ""))
    deep = bool(_layers(weights, "conv2d4"))
    shared = kernel(weights, "shared")
    widths = [
        kernel(weights, name).shape[0]
        for name in _layers(weights, "conv2d4" if deep else "conv2d1")
    ]
    widths = [first, *(widths[1::2] if deep else widths)]
    classes, width = (None, 0) if shared is None else shared.shape
    if deep:
        latents = project.shape[1] - width
        network = {
            "name": "biggan_deep_generator",
            "class_first": True,
            "convolved": bool(_layers(weights, "conv2d0")),
        }
        backbone = "big_resnet_deep"
    elif shared is not None or (
        gain is not None
        and gain.shape[1] in (project.shape[1], project.shape[1] + _height(codes))
    ):
        latents = project.shape[1] * len(widths)
        network = {"name": "biggan_generator", "chunk_dim": project.shape[1]}
        backbone = "big_resnet"
    else:
        latents = project.shape[1]
        classes = None if gain is None else gain.shape[1]
        network = {"name": "resnet_generator", "style": style}
        backbone = "resnet"
    if shared is not None or (backbone == "big_resnet" and num_codes):
        network["embedding_dim"] = width or _height(codes)
    layout = _generator(
        backbone, weights, network, widths, "conv2d5", classes, num_codes, latents
    )
    network["attention"] = _attention(
        weights, layout.image_shape[0], [GRID * 2**i for i in range(1, 9)], 1 + deep
    )
    return layout


def _generator(backbone, weights, network, widths, last, *rest, **named):
    size = GRID * 2 ** (len(widths) - 1)
    shape = (size, size, kernel(weights, last).shape[0])
    layout = Layout(backbone, network, shape, *rest, **named)
    network |= {"widths": tuple(widths), "epsilon": EPSILON}
    if layout.num_classes is not None:
        network["num_classes"] = layout.num_classes
    if layout.num_codes and backbone in ("deep_conv", "big_resnet"):
        network["num_codes"] = layout.num_codes
    if backbone == "deep_conv" or (backbone == "resnet" and not layout.num_codes):
        network["latent_dim"] = layout.latent_dim
    if backbone == "big_resnet_deep":
        network["latent_dim"] = layout.latent_dim
    return layout


def discriminator_layout(weights: Tensors, generator: Layout) -> Layout:
    """The network of a discriminator's tensors, beside its generator's.

    Raises:
        ValueError: it is none that is known.
    """
    if kernel(weights, "linear1") is None:
        raise unknown("discriminator", weights)
    spectral = "linear1.weight_orig" in weights
    style: Description = {"initializer": "orthogonal"}
    style |= {"spectral": True, "epsilon": 1e-6} if spectral else {}
    free = {"style": style, "epsilon": EPSILON}
    free["normalization"] = None if spectral else "batch"
    shape, size = generator.image_shape, generator.image_shape[0]
    if "conv1.bias" in weights:
        widths = [kernel(weights, name).shape[0] for name in _layers(weights, "conv0")]
        network = {
            "name": "sndcgan_discriminator",
            "widths": (*widths, kernel(weights, "conv1").shape[0]),
            "slope": 0.0,
            "summed": True,
            **free,
        }
        return Layout("deep_conv", network, shape, grid=size // 2 ** len(widths))
    deep = bool(_layers(weights, "conv2d4"))
    widths = [
        kernel(weights, name).shape[0]
        for name in _layers(weights, "conv2d4" if deep else "conv2d2")
    ]
    if deep:
        widths = [kernel(weights, "input_conv").shape[0], *widths[1::2]]
        network = {
            "name": "biggan_deep_discriminator",
            "convolved": generator.network.get("convolved", False),
        }
    elif generator.backbone == "big_resnet" and spectral:
        network = {"name": "biggan_discriminator"}
    else:
        network = {"name": "resnet_discriminator", "wide": True, **free}
    down = default_downsample(len(widths) - deep)
    grids = [size // 2 ** sum(down[: i + 1]) for i in range(len(down))]
    network |= {"widths": tuple(widths), "downsample": down}
    network["attention"] = _attention(weights, size, grids, 1 + deep)
    network["activated"] = spectral
    return Layout(generator.backbone, network, shape, grid=grids[-1])


def head_of(
    weights: Tensors, num_classes: int | None
) -> tuple[str, Description | None]:
    """What stands on a discriminator's features: StudioGAN's name, and a description.

    The names are `"W/O"`, `"PD"`, `"AC"`, `"ADC"`, `"TAC"`, `"2C"` (D2D-CE too), `"MH"`
    and `"MD"`. A description of None is a network's own head.
    """
    logits, second = kernel(weights, "linear1").shape[0], kernel(weights, "linear2")
    if second is not None and "linear2.bias" in weights:
        width, classes = second.shape[0], kernel(weights, "embedding").shape[0]
        head = {"name": "class_embedding", "num_classes": classes, "width": width}
        return "2C", head
    if second is not None:
        twin = kernel(weights, "linear_mi") is not None
        head = {"name": "classifier", "classes": second.shape[0], "twin": twin}
        double = num_classes is not None and second.shape[0] == 2 * num_classes
        return "TAC" if twin else "ADC" if double else "AC", head
    if kernel(weights, "embedding") is not None:
        classes = kernel(weights, "embedding").shape[0]
        return "PD", {"name": "projection", "num_classes": classes}
    if num_classes is not None and logits == num_classes + 1:
        return "MH", {"name": "multi_class", "num_classes": num_classes}
    if num_classes is not None and logits == num_classes:
        return "MD", {"name": "own_logit", "num_classes": num_classes}
    return "W/O", None


def unknown(player: str, weights: Tensors) -> ValueError:
    names = ", ".join(list(weights)[:8])
    return ValueError(
        f"The {player} must be one of PyTorch-StudioGAN's deep_conv, resnet, "
        f"big_resnet, big_resnet_deep or stylegan2. Received: tensors {names}"
    )


def _layers(weights, name):
    """The layers of this name in all blocks, in order, without `.weight`."""
    pattern = re.compile(BLOCK + re.escape(name) + r"\.weight(_orig)?")
    found = {int(m[1]) for m in map(pattern.fullmatch, weights) if m}
    return [f"blocks.{number}.0.{name}" for number in sorted(found)]


def _height(array):
    return 0 if array is None else array.shape[0]


def _attention(weights, size, grids, blocks):
    """The size of the grid that has attention; None without it.

    `grids` are those after each stage of so many `blocks`.
    """
    number = attention_number(weights)
    if number is None:
        return None
    stage = math.ceil(number / blocks) - 1
    grid = grids[stage]
    if grids.index(grid) != stage or number % blocks or grid > size // 2:
        raise ValueError(
            "Self-attention must be on the first grid of its size, of at most half the "
            f"image's. Received: block {number}, whose grid is {grid} of {size}"
        )
    return grid
