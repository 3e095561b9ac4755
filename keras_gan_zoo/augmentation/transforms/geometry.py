"""Pixel blitting and geometric transforms, carried out as one."""

import math
from typing import NamedTuple

from keras import ops

from keras_gan_zoo.augmentation.transforms.draws import Draws
from keras_gan_zoo.augmentation.transforms.resampling import (
    REACH,
    downsampling,
    resample,
    upsampling,
)
from keras_gan_zoo.typing import Tensor

TRANSFORMS = ("xflip", "rotate90", "xint", "scale", "rotate", "aniso", "xfrac")

INTEGER_TRANSLATION = 0.125  # of the size, at most
SCALE = 0.2  # standard deviation of the binary logarithm, isotropic and not
FRACTIONAL_TRANSLATION = 0.125  # of the size, standard deviation


class Affine(NamedTuple):
    """Where each image's pixels come from: x = xx x' + xy y' + x0, and so for y.

    The origin is the centre, the unit a pixel. Each method multiplies by a transform
    from the right, so that the one added last is the first to be undone.
    """

    xx: Tensor
    xy: Tensor
    x0: Tensor
    yx: Tensor
    yy: Tensor
    y0: Tensor

    def scaled(self, x: Tensor, y: Tensor) -> "Affine":
        xx, xy, x0, yx, yy, y0 = self
        return Affine(xx * x, xy * y, x0, yx * x, yy * y, y0)

    def rotated(self, angle: Tensor) -> "Affine":
        xx, xy, x0, yx, yy, y0 = self
        c, s = ops.cos(angle), ops.sin(angle)
        return Affine(
            c * xx + s * xy, c * xy - s * xx, x0, c * yx + s * yy, c * yy - s * yx, y0
        )

    def translated(self, x: Tensor, y: Tensor) -> "Affine":
        xx, xy, x0, yx, yy, y0 = self
        return Affine(xx, xy, xx * x + xy * y + x0, yx, yy, yx * x + yy * y + y0)


def transform(images: Tensor, draws: Draws) -> Tensor:
    """All of the `TRANSFORMS` that `draws` holds, in the published order.

    Beyond its edges an image is reflected once on each side, and black then.
    """
    _, height, width, _ = images.shape
    return sample(images, _inverse(draws, height, width))


def _inverse(draws, height, width):
    one, zero = ops.ones((draws.n,)), ops.zeros((draws.n,))
    inverse = Affine(one, zero, zero, zero, one, zero)
    if "xflip" in draws:
        flip = ops.floor(2.0 * draws.uniform())
        flip = draws.choose("xflip", flip, 0.0)
        inverse = inverse.scaled(1.0 - 2.0 * flip, 1.0)
    if "rotate90" in draws:
        quarters = ops.floor(4.0 * draws.uniform())
        quarters = draws.choose("rotate90", quarters, 0.0)
        inverse = inverse.rotated(0.5 * math.pi * quarters)
    if "xint" in draws:
        moves = [INTEGER_TRANSLATION * (2.0 * draws.uniform() - 1.0) for _ in range(2)]
        x, y = draws.choose_all("xint", moves, 0.0)
        inverse = inverse.translated(-ops.round(x * width), -ops.round(y * height))
    if "scale" in draws:
        scale = draws.choose("scale", _power_of_2(SCALE * draws.normal()), 1.0)
        inverse = inverse.scaled(1.0 / scale, 1.0 / scale)
    if "rotate" in draws:
        inverse = inverse.rotated(_angle(draws))
    if "aniso" in draws:
        scale = draws.choose("aniso", _power_of_2(SCALE * draws.normal()), 1.0)
        inverse = inverse.scaled(1.0 / scale, scale)
    if "rotate" in draws:
        inverse = inverse.rotated(_angle(draws))
    if "xfrac" in draws:
        moves = [FRACTIONAL_TRANSLATION * draws.normal() for _ in range(2)]
        x, y = draws.choose_all("xfrac", moves, 0.0)
        inverse = inverse.translated(-x * width, -y * height)
    return inverse


def _power_of_2(exponent):
    return ops.exp(math.log(2.0) * exponent)


def _angle(draws):
    """Of one of two rotations, so that either happens with the probability."""
    angle = math.pi * (2.0 * draws.uniform() - 1.0)
    chance = 1.0 - ops.sqrt(
        ops.clip(1.0 - draws.multipliers["rotate"] * draws.p, 0.0, 1.0)
    )
    return draws.choose("rotate", angle, 0.0, chance)


def sample(images: Tensor, inverse: Affine) -> Tensor:
    """Images whose pixels come from where `inverse` says.

    They are filtered to twice the resolution, read there bilinearly, and filtered back,
    against aliasing (Karras et al. 2020, appendix B.2).
    """
    _, height, width, channels = images.shape
    fine = resample(images, upsampling(height), upsampling(width))
    _, rows, columns, _ = fine.shape
    x, y = _places(width)[None, None, :], _places(height)[None, :, None]
    xx, xy, x0, yx, yy, y0 = (value[:, None, None] for value in inverse)
    from_x, from_y = xx * x + xy * y + x0, yx * x + yy * y + y0
    left, x = _between(from_x, columns)
    top, y = _between(from_y, rows)
    first = ops.arange(ops.shape(images)[0], dtype="int32")[:, None, None]
    index = (first * rows + top) * columns + left
    # All four neighbours at once, so that there is one gradient of the fine images.
    index = ops.stack([index, index + 1, index + columns, index + columns + 1])
    above, below = 1.0 - y, y
    shares = [above * (1.0 - x), above * x, below * (1.0 - x), below * x]
    neighbours = ops.take(ops.reshape(fine, (-1, channels)), index, axis=0)
    found = ops.sum(ops.stack(shares)[..., None] * neighbours, axis=0)
    return resample(found, downsampling(height), downsampling(width))


def _places(size):
    """Pixels of the result at twice the resolution, from the centre of the image."""
    count = 2 * (size + 2 * REACH)
    return (ops.arange(count, dtype="float32") + (1 - count / 2)) / 2


def _between(place, size):
    """The index before a place on the fine grid, and the way from it to the next."""
    place = ops.clip(2.0 * place + (size / 2 - 1), 0.0, size - 1.0)
    before = ops.minimum(ops.floor(place), size - 2.0)
    return ops.cast(before, "int32"), place - before
