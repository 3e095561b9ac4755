"""Image shapes and layer widths."""

import math
import operator
from typing import Any

from keras_gan_zoo.configs import native


def check_image_shape(image_shape: Any) -> tuple[int, int, int]:
    """Return `(height, width, channels)` as a tuple of ints."""
    try:
        height, width, channels = (int(size) for size in image_shape)
    except (TypeError, ValueError):
        height = width = channels = 0
    if min(height, width) < 1 or not 1 <= channels <= 4:
        raise ValueError(
            "`image_shape` must be (height, width, channels) with 1 to 4 channels, "
            f"for example (28, 28, 1). Received: image_shape={image_shape!r}"
        )
    return height, width, channels


def check_widths(name: str, widths: Any, stages: int | None = None) -> tuple[int, ...]:
    """Return layer widths as a tuple of ints, one per stage: `stages` of them."""
    try:
        found = tuple(operator.index(width) for width in widths)
    except TypeError:
        found = ()
    if not found or min(found) < 1 or (stages and len(found) != stages):
        rule = "list one positive width per stage, for example (128, 64)"
        if stages:
            rule = f"be {stages} positive widths"
        raise ValueError(f"`{name}` must {rule}. Received: {name}={widths!r}")
    return found


def check_downsample(downsample: Any, blocks: int) -> tuple[bool, ...]:
    """Return as a tuple of bools which of so many blocks halve the image."""
    found = tuple(bool(down) for down in downsample)
    if len(found) != blocks:
        raise ValueError(
            "`downsample` must say for each block whether it halves the image. "
            f"Received: downsample={found} for {blocks} blocks"
        )
    return found


def or_reversed(discriminator_widths: Any, generator_widths: Any) -> Any:
    """The discriminator's widths: those given, or the generator's, reversed.

    Example:

    >>> or_reversed(None, (128, 64)), or_reversed((32, 32), (128, 64))
    ((64, 128), (32, 32))
    """
    discriminator_widths, generator_widths = (
        native(widths) for widths in (discriminator_widths, generator_widths)
    )
    if discriminator_widths or not generator_widths:
        return discriminator_widths
    return check_widths("generator_widths", generator_widths)[::-1]


def stages_from(largest: int, image_shape: tuple[int, int, int], least: int = 1) -> int:
    """How often a grid of at most `largest` rows or columns doubles to an image.

    Example:

    >>> stages_from(7, (28, 28, 1)), stages_from(7, (64, 48, 3))
    (2, 4)
    """
    return max(least, math.ceil(math.log2(max(image_shape[:2]) / largest)))


def halvings_to(size: int | None, image_shape: tuple[int, int, int]) -> int | None:
    """How often an image is halved, at least once, to at most `size` on each side.

    Example:

    >>> halvings_to(64, (128, 96, 3)), halvings_to(64, (256, 256, 3))
    (1, 2)
    """
    if size is None:
        return None
    return max(1, math.ceil(math.log2(max(image_shape[:2]) / size)))


def halved(first: int, stages: int, least: int = 32) -> tuple[int, ...]:
    """Widths that halve from stage to stage, down to `least`.

    So whatever the size of the image, there are about as many parameters as in the
    first few stages, as in Progressive GAN and BigGAN.

    Example:

    >>> halved(1024, 7)
    (1024, 512, 256, 128, 64, 32, 32)
    """
    return tuple(max(first >> stage, least) for stage in range(stages))


def inverse(base: int, stages: int, largest: int = 512) -> tuple[int, ...]:
    """Widths `base / size` of grids of 4, 8, 16, ... pixels, at most `largest`.

    Progressive GAN's and StyleGAN's.

    Example:

    >>> inverse(16384, 4)
    (512, 512, 512, 512, 256)
    """
    return tuple(min(base // (4 << stage), largest) for stage in range(stages + 1))
