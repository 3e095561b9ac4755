"""The FID Inception's layers as data, and the names of its published weights.

A branch is a list of consecutive steps: a convolution, a pool ("avg" or "max"), or a
tuple of parallel convolutions.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

CLASSES = 1008
EPSILON = 1e-3  # of every batch norm


class Conv(NamedTuple):
    """A convolution without bias, followed by batch norm and ReLU."""

    name: str
    filters: int
    size: tuple = (1, 1)
    strides: int = 1
    padding: str = "same"


def _conv(name, filters, size=1, strides=1, padding="same"):
    size = (size, size) if isinstance(size, int) else size
    return Conv(name, filters, size, strides, "valid" if strides == 2 else padding)


def _block_a(pool_filters):
    """35x35, figure 5 of the paper, with a 5x5 convolution as in figure 4."""
    return [
        [_conv("branch1x1", 64)],
        [_conv("branch5x5_1", 48), _conv("branch5x5_2", 64, 5)],
        [
            _conv("branch3x3dbl_1", 64),
            _conv("branch3x3dbl_2", 96, 3),
            _conv("branch3x3dbl_3", 96, 3),
        ],
        ["avg", _conv("branch_pool", pool_filters)],
    ]


def _block_b():
    """35x35 to 17x17, figure 10."""
    return [
        [_conv("branch3x3", 384, 3, strides=2)],
        [
            _conv("branch3x3dbl_1", 64),
            _conv("branch3x3dbl_2", 96, 3),
            _conv("branch3x3dbl_3", 96, 3, strides=2),
        ],
        ["max/2"],
    ]


def _block_c(c):
    """17x17, figure 6 with n = 7."""
    return [
        [_conv("branch1x1", 192)],
        [
            _conv("branch7x7_1", c),
            _conv("branch7x7_2", c, (1, 7)),
            _conv("branch7x7_3", 192, (7, 1)),
        ],
        [
            _conv("branch7x7dbl_1", c),
            _conv("branch7x7dbl_2", c, (7, 1)),
            _conv("branch7x7dbl_3", c, (1, 7)),
            _conv("branch7x7dbl_4", c, (7, 1)),
            _conv("branch7x7dbl_5", 192, (1, 7)),
        ],
        ["avg", _conv("branch_pool", 192)],
    ]


def _block_d():
    """17x17 to 8x8."""
    return [
        [_conv("branch3x3_1", 192), _conv("branch3x3_2", 320, 3, strides=2)],
        [
            _conv("branch7x7x3_1", 192),
            _conv("branch7x7x3_2", 192, (1, 7)),
            _conv("branch7x7x3_3", 192, (7, 1)),
            _conv("branch7x7x3_4", 192, 3, strides=2),
        ],
        ["max/2"],
    ]


def _block_e(pool):
    """8x8, figure 7."""
    return [
        [_conv("branch1x1", 320)],
        [
            _conv("branch3x3_1", 384),
            (_conv("branch3x3_2a", 384, (1, 3)), _conv("branch3x3_2b", 384, (3, 1))),
        ],
        [
            _conv("branch3x3dbl_1", 448),
            _conv("branch3x3dbl_2", 384, 3),
            (
                _conv("branch3x3dbl_3a", 384, (1, 3)),
                _conv("branch3x3dbl_3b", 384, (3, 1)),
            ),
        ],
        [pool, _conv("branch_pool", 192)],
    ]


# Name of a stage -> its branches. Those of the stem have no prefix in the file.
STAGES = {
    "stem_1": [
        [
            _conv("Conv2d_1a_3x3", 32, 3, strides=2),
            _conv("Conv2d_2a_3x3", 32, 3, padding="valid"),
            _conv("Conv2d_2b_3x3", 64, 3),
            "max/2",
        ]
    ],
    "stem_2": [
        [
            _conv("Conv2d_3b_1x1", 80),
            _conv("Conv2d_4a_3x3", 192, 3, padding="valid"),
            "max/2",
        ]
    ],
    "Mixed_5b": _block_a(32),
    "Mixed_5c": _block_a(64),
    "Mixed_5d": _block_a(64),
    "Mixed_6a": _block_b(),
    "Mixed_6b": _block_c(128),
    "Mixed_6c": _block_c(160),
    "Mixed_6d": _block_c(160),
    "Mixed_6e": _block_c(192),
    "Mixed_7a": _block_d(),
    "Mixed_7b": _block_e("avg"),
    "Mixed_7c": _block_e("max"),  # a slip in 2015 that is now part of the definition
}


# Output -> the stage that it is taken after.
ENDS = {
    "64": "stem_1",
    "192": "stem_2",
    "spatial": "Mixed_6d",
    "768": "Mixed_6e",
    "2048": "Mixed_7c",
}


def _walk():
    """Each convolution with its published name and its input channels."""
    channels = 3
    for stage, branches in STAGES.items():
        total = 0
        for steps in branches:
            width = channels
            for step in steps:
                if isinstance(step, str):
                    continue
                for conv in side_by_side(step):
                    yield prefix(stage) + conv.name, conv, width
                width = sum(conv.filters for conv in side_by_side(step))
            total += width
        channels = total


def side_by_side(step: Any) -> tuple:
    return (step,) if isinstance(step, Conv) else step


def prefix(stage: str) -> str:
    return "" if stage.startswith("stem") else f"{stage}."


# Published name -> (Conv, input channels), in the order of the graph.
CONVOLUTIONS = {name: (conv, channels) for name, conv, channels in _walk()}


def _shapes():
    shapes = {}
    for name, (conv, channels) in CONVOLUTIONS.items():
        shapes[f"{name}.conv.weight"] = (conv.filters, channels, *conv.size)
        for key in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{name}.bn.{key}"] = (conv.filters,)
    return {**shapes, "fc.weight": (CLASSES, 2048), "fc.bias": (CLASSES,)}


# Published key -> shape, as in the file: kernels (out, in, height, width).
SHAPES = _shapes()


def fold(arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The weights of `_Network` in order, with batch norms folded into convolutions.

    gamma (W x - mean) / sqrt(variance + epsilon) + beta, in float64.
    """
    folded = []
    for name in CONVOLUTIONS:
        kernel, gamma, beta, mean, variance = (
            arrays[f"{name}.{key}"].astype("float64")
            for key in (
                "conv.weight",
                "bn.weight",
                "bn.bias",
                "bn.running_mean",
                "bn.running_var",
            )
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        folded.append((kernel * scale[:, None, None, None]).transpose(2, 3, 1, 0))
        folded.append(beta - mean * scale)
    folded += [arrays["fc.weight"].T, arrays["fc.bias"]]
    return [np.ascontiguousarray(values, "float32") for values in folded]
