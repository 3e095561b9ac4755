"""Checks of image shapes and layer widths."""

from typing import Any


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


def check_widths(name: str, widths: Any) -> tuple[int, ...]:
    """Return layer widths as a tuple of ints, one per stage."""
    try:
        widths = tuple(int(width) for width in widths)
    except (TypeError, ValueError):
        widths = ()
    if not widths or min(widths) < 1:
        raise ValueError(
            f"`{name}` must list one positive width per stage, for example (128, 64). "
            f"Received: {name}={widths!r}"
        )
    return widths
