"""Transforms of colors, carried out as one."""

import math

import numpy as np
from keras import ops

from keras_gan_zoo.augmentation.transforms.draws import Draws
from keras_gan_zoo.typing import Tensor

TRANSFORMS = ("brightness", "contrast", "lumaflip", "hue", "saturation")

BRIGHTNESS = 0.2  # standard deviation
CONTRAST = 0.5  # standard deviation of the binary logarithm
SATURATION = 1.0  # likewise

#: projections onto the grey axis and to the plane around it, a quarter turn in that
GREY = np.full((3, 3), 1 / 3, "float32")
AROUND = np.eye(3, dtype="float32") - GREY
TURN = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], "float32") / math.sqrt(3)


def transform(images: Tensor, draws: Draws) -> Tensor:
    """All of the `TRANSFORMS` that `draws` holds, in the published order.

    Brightness moves colors along the grey axis, contrast and the flip of luma scale
    them on it, contrast, hue and saturation scale and turn them around it. So four
    numbers say what the published product of 4x4 matrices does.
    """
    one = ops.ones((draws.n,))
    shift, luma, chroma, hue = 0.0 * one, one, one, 0.0 * one
    if "brightness" in draws:
        shift = draws.choose("brightness", BRIGHTNESS * draws.normal(), 0.0)
    if "contrast" in draws:
        exponent = math.log(2.0) * CONTRAST * draws.normal()
        luma = chroma = draws.choose("contrast", ops.exp(exponent), 1.0)
    if "lumaflip" in draws:
        flip = draws.choose("lumaflip", ops.floor(2.0 * draws.uniform()), 0.0)
        luma = luma * (1.0 - 2.0 * flip)
    if "hue" in draws:
        angle = math.pi * (2.0 * draws.uniform() - 1.0)
        hue = draws.choose("hue", angle, 0.0)
    if "saturation" in draws:
        exponent = math.log(2.0) * SATURATION * draws.normal()
        chroma = chroma * draws.choose("saturation", ops.exp(exponent), 1.0)
    shift, luma, chroma, hue = (
        value[:, None, None] for value in (shift * luma, luma, chroma, hue)
    )
    if images.shape[3] == 1:
        return luma[..., None] * images + shift[..., None]
    grey, around, turn = map(ops.convert_to_tensor, (GREY, AROUND, TURN))
    matrix = luma * grey + chroma * (ops.cos(hue) * around + ops.sin(hue) * turn)
    _, height, width, channels = images.shape
    pixels = ops.reshape(images, (-1, height * width, channels))
    pixels = ops.matmul(pixels, ops.transpose(matrix, (0, 2, 1))) + shift
    return ops.reshape(pixels, (-1, height, width, channels))
