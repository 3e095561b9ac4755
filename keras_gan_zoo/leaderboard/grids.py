"""Grids of samples for the page: a small one in each row, and a larger one to open."""

from collections.abc import Mapping
from typing import Any

from keras_gan_zoo import pages
from keras_gan_zoo.leaderboard.models import Model

SMALL = 96  # pixels of a row's picture, which a phone shows at half of that
SAMPLES = 3  # in a row of it
SIDES = (560, 420, 320, 240, 160)  # of the one to open
MOST_PIXELS = 16_000_000
MOST_BYTES = 4_000_000  # of all that a page has
PADDING = 2  # between two samples, see `keras_gan_zoo.images.grid`


def grids_of(models: Mapping[int, Model]) -> dict[int, dict[str, Any]]:
    """The pictures of models, made anew from what is in their folders.

    Args:
        models: dict, number -> `Model`.

    Returns:
        dict, number -> `small` and `large`, which are addresses, and the `width` and
        `height` of the large one; without the models whose picture can't be read.
    """
    share = MOST_BYTES // max(1, len(models))
    found = {}
    for number, model in models.items():
        picture = model.samples and pages.read_picture(model.samples, MOST_PIXELS)
        if picture:
            found[number] = _grids(picture, _shape(model), share)
    return found


def _shape(model):
    """The height and the width of one sample, or None."""
    shape = model.report.conditions.get("image_shape")
    if isinstance(shape, list) and len(shape) == 3:
        height, width, _ = shape
        if all(type(n) is int and 0 < n <= 4096 for n in (height, width)):
            return height, width
    return None


def _grids(picture, shape, most_bytes):
    for side in SIDES:
        large = pages.scaled(picture, side, enlarge=False)
        content = pages.webp([large])
        if len(content) <= most_bytes:
            break
    return {
        "small": pages.data_address(pages.webp([_corner(picture, shape)])),
        "large": pages.data_address(content),
        "width": large.width,
        "height": large.height,
    }


def _corner(picture, shape):
    """The first samples, as a square; of a picture without a known grid all of it."""
    if shape is None:
        return pages.scaled(picture, SMALL)
    wide = min(picture.width, SAMPLES * (shape[1] + PADDING) - PADDING)
    high = min(picture.height, SAMPLES * (shape[0] + PADDING) - PADDING)
    return pages.scaled(picture.crop((0, 0, wide, high)), SMALL)
