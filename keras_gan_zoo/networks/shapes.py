"""Image shapes and layer widths."""

import math
from collections.abc import Iterable
from typing import Any

from keras_gan_zoo.arguments import check_counts, is_whole, whole
from keras_gan_zoo.configs import native


def check_image_shape(image_shape: Any) -> tuple[int, int, int]:
    """Return `(height, width, channels)` as a tuple of ints."""
    found = whole(image_shape, 1)
    if found is None or len(found) != 3 or found[2] > 4:
        raise ValueError(
            "`image_shape` must be (height, width, channels) with 1 to 4 channels, "
            f"for example (28, 28, 1). Received: image_shape={image_shape!r}"
        )
    return found


def check_widths(name: str, widths: Any, stages: int | None = None) -> tuple[int, ...]:
    """Return layer widths as a tuple of ints, one per stage: `stages` of them."""
    found = whole(widths, 1)
    if not found or (stages and len(found) != stages):
        rule = "list one positive width per stage, for example (128, 64)"
        if stages:
            rule = f"be {stages} positive widths"
        raise ValueError(f"`{name}` must {rule}. Received: {name}={widths!r}")
    return found


def check_downsample(downsample: Any, blocks: int) -> tuple[bool, ...]:
    """Return as a tuple of bools which of so many blocks halve the image."""
    listed = isinstance(downsample, Iterable) and not isinstance(downsample, str)
    found = tuple(downsample) if listed else ()
    if len(found) != blocks or not all(down in (False, True) for down in found):
        raise ValueError(
            "`downsample` must say for each block whether it halves the image, such as "
            f"(True, True, False). Received: downsample={downsample!r} for {blocks} "
            "blocks"
        )
    return tuple(bool(down) for down in found)


def check_grids(name: str, sizes: Any) -> tuple[int, ...]:
    """Return sizes of grids as a tuple of ints; one of them needs no list."""
    return check_counts(name, (sizes,) if is_whole(sizes) else sizes)


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
