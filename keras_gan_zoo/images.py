"""Images in and out: uint8 and [-1, 1], grids and PNG files."""

import itertools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.image_checks import (
    PNG_MODES,
    check_shape,
    described,
    guess_range,
    say_black,
    wrong_dtype,
)
from keras_gan_zoo.typing import ImageShape, PathLike, ValueRange

FLOATS = ("float16", "bfloat16", "float32", "float64")


class NotFiniteError(ValueError):
    """Images of a generator that has diverged."""


def check_images(
    images: Any,
    image_shape: ImageShape | None = None,
    value_range: ValueRange | None = None,
) -> np.ndarray:
    """Return images as an array that a network can take, or raise a helpful error.

    Args:
        images: anything that NumPy can convert (an array, a list of arrays, a
            TensorFlow, JAX or torch tensor) of shape `(n, height, width, channels)`
            or `(n, height, width)`, with 1 to 4 channels, which may come first where
            that is the only way to read the shape. uint8, or floats together with
            `value_range`.
        image_shape: the expected `(height, width, channels)`, or None for any.
        value_range: `(low, high)`, the values of black and white in float images,
            for example `(0, 1)`. Values that exceed it by at most 1e-5 of its width
            are clipped.

    Returns:
        uint8 array `(n, height, width, channels)`, unchanged, or float32 in [-1, 1].

    Raises:
        ValueError: no images or different sizes, a wrong rank or shape, a dtype
            without a known range, NaN or infinity, values out of range.

    Example:

    >>> check_images(np.zeros((2, 28, 28), "uint8")).shape
    (2, 28, 28, 1)
    >>> check_images(np.full((1, 2, 2, 1), 0.5), value_range=(0, 1)).ravel()
    array([0., 0., 0., 0.], dtype=float32)
    """
    images = as_array(images)
    images = check_shape(images, image_shape)
    if images.dtype == np.uint8:
        if value_range is not None and tuple(value_range) != (0, 255):
            raise ValueError(
                "`value_range` is for float images; uint8 images always run from 0 "
                "to 255. Leave `value_range` out. "
                f"Received: images.dtype=uint8, value_range={value_range!r}"
            )
        if images[:64].max() == 1 == images.max():
            say_black("Rescale them: `images * np.uint8(255)`.", images, 0, 1)
        return images
    if images.dtype.name not in FLOATS:
        raise ValueError(wrong_dtype(images))
    if images.dtype.itemsize < 4:
        images = images.astype("float32")
    low, high = images.min(), images.max()  # both are NaN if a single value is
    what = described(images)
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = ~np.isfinite(images)
        first = int(bad.any(axis=(1, 2, 3)).argmax())
        raise ValueError(
            "Images must be finite. Remove or repair the images with NaN or infinity "
            f"(the first is image {first}). "
            f"Received: {int(bad.sum())} values that are not finite, {what}"
        )
    usual = guess_range(low, high)
    if value_range is None:
        raise ValueError(
            "Float images need a declared range: pass `value_range=(low, high)`, the "
            f"values of black and white, for example value_range={usual}, "
            f"or convert to uint8. Received: {what} with values from "
            f"{low:.6g} to {high:.6g}, value_range=None"
        )
    black, white = check_value_range(value_range)
    slack = 1e-5 * (white - black)
    if low < black - slack or high > white + slack:
        raise ValueError(
            "Image values must lie in `value_range`. Clip them "
            f"(`np.clip(images, {black:g}, {white:g})`) or declare the true range, "
            f"for example value_range={usual}. Received: {what} "
            f"with values from {low:.6g} to {high:.6g}, value_range={value_range!r}"
        )
    if low < high < black + (white - black) / 200 and usual != (black, white):
        fix = f"Declare the true range, for example value_range={usual}."
        say_black(fix, images, low, high)
    if (black, white) != (-1, 1):
        images = (images - black) / ((white - black) / 2) - 1
    return np.clip(images, -1, 1).astype("float32", copy=False)


def as_array(images: Any) -> np.ndarray:
    """`images` as one NumPy array; refuses a list of images of different sizes."""
    if isinstance(images, list | tuple):
        if images and isinstance(images[0], int | float):
            return np.asarray(images)
        arrays = [as_array(image) for image in images]
        _check_same([array.shape for array in arrays])
        return np.stack(arrays) if arrays else np.empty((0,))
    if hasattr(images, "detach"):  # torch, perhaps on a device or in bfloat16
        images = images.detach().cpu()
        images = images.float() if "bfloat16" in str(images.dtype) else images
    if isinstance(images, Mapping):  # a dict, or a file as NumPy and h5py open it
        keys = ", ".join(repr(key) for key in itertools.islice(images, 10))
        raise ValueError(
            'Images must be an array: take it out, for example `data["images"]`, or '
            "pass the path of a file of arrays. "
            f"Received: {type(images).__name__} with {keys or 'no arrays'}"
        )
    if (
        hasattr(images, "__getitem__")
        and not hasattr(images, "__array__")
        and not isinstance(images, str | bytes)
    ):
        raise ValueError(
            "Images must be an array, or a data set that yields batches: wrap a torch "
            "data set in `torch.utils.data.DataLoader`. "
            f"Received: {type(images).__name__}"
        )
    images = np.asarray(images)
    holds_arrays = images.dtype == object and images.size and images.ndim
    if holds_arrays and isinstance(images.flat[0], np.ndarray):
        return as_array(list(images))  # perhaps of different sizes
    return images


def _check_same(shapes):
    """Refuse a list of images of different shapes, all of them at once."""
    counts = Counter(shapes)  # in the order in which the shapes appear
    if len(counts) > 1:
        found = [
            f"image {shapes.index(shape)} of shape {shape} ({count:,} of it)"
            for shape, count in list(counts.items())[:10]
        ]
        raise ValueError(
            "All images must have the same size and channels. Resize or crop them "
            f"first. Received: {len(counts)} shapes, {', '.join(found)}"
        )


def check_value_range(value_range: Any) -> tuple[float, float]:
    """`value_range` as two floats, or a `ValueError`."""
    try:
        low, high = (float(value) for value in value_range)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(
            "`value_range` must be two numbers `(low, high)` with low < high, for "
            f"example (0, 1). Received: value_range={value_range!r}"
        )
    return low, high


def to_uint8(images: Any) -> np.ndarray:
    """Images in [-1, 1] as uint8: floor(127.5 (x + 1) + 0.5), clipped to 0 ... 255.

    Example:

    >>> to_uint8(np.array([-1.0, 0.0, 1.0, 1.5]))
    array([  0, 128, 255, 255], dtype=uint8)
    """
    images = as_array(images)
    if images.dtype != np.float64:
        images = images.astype("float32")
    if np.isnan(images).any():
        raise NotFiniteError(
            "Images must be finite to be shown. A generator that produces NaN has "
            "diverged: lower its learning rate, or go back to an earlier checkpoint. "
            f"Received: {int(np.isnan(images).sum())} NaN, {described(images)}"
        )
    return np.clip(np.floor(127.5 * (images + 1) + 0.5), 0, 255).astype("uint8")


def uint8_images(images: Any, value_range: ValueRange | None = None) -> np.ndarray:
    """`check_images`, with floats in `value_range` rounded to uint8.

    Example:

    >>> uint8_images(np.full((1, 2, 2, 1), 0.5), value_range=(0, 1)).ravel()
    array([128, 128, 128, 128], dtype=uint8)
    """
    images = as_array(images)
    whole = images.dtype == np.uint8
    checked = check_images(images, value_range=None if whole else value_range)
    return checked if whole else to_uint8(checked)


def block_means(images: np.ndarray, side: int) -> np.ndarray:
    """Images as float32 in [-1, 1], as means of blocks if they are larger than `side`.

    Args:
        images: `(n, height, width, channels)`, uint8 or floats in [-1, 1].
        side: int, the longest side that stays as it is. What is left over at the right
            and at the bottom is cut off.

    Example:

    >>> block_means(np.full((1, 80, 40, 1), 255, "uint8"), side=32).shape
    (1, 26, 13, 1)
    """
    images = np.asarray(images)
    block = -(-max(images.shape[1:3]) // side)
    n, height, width, channels = images.shape
    rows, columns = max(height // block, 1), max(width // block, 1)
    cut = images[:, : rows * block, : columns * block]
    cut = cut.reshape(n, rows, -1, columns, cut.shape[2] // columns, channels)
    means = cut.mean(axis=(2, 4), dtype="float32")
    return means / 127.5 - 1.0 if images.dtype == np.uint8 else means


def grid(images: Any, columns: int | None = None, padding: int = 2) -> np.ndarray:
    """Arrange images in one: left to right, then top to bottom.

    Args:
        images: uint8 `(n, height, width, channels)` or `(n, height, width)`.
        columns: int, images per row; by default the grid is roughly square.
        padding: int, white pixels between two images.

    Returns:
        uint8 array `(grid_height, grid_width, channels)`, channels as in `images`.

    Example:

    >>> grid(np.zeros((6, 28, 28, 1), "uint8"), columns=3).shape
    (58, 88, 1)
    """
    images = check_images(images, value_range=(0, 255))
    if images.dtype != np.uint8:
        raise ValueError(
            "`grid` shows uint8 images; convert with `to_uint8`. "
            f"Received: {described(images)}"
        )
    n, height, width, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(n)))
    if columns < 1:
        raise ValueError(f"`columns` must be 1 or more. Received: columns={columns}")
    columns = min(columns, n)
    rows = -(-n // columns)
    cells = np.full(
        (rows * columns, height + padding, width + padding, channels), 255, "uint8"
    )
    cells[:n, :height, :width] = images
    cells = cells.reshape(rows, columns, height + padding, width + padding, channels)
    sheet = cells.swapaxes(1, 2).reshape(
        rows * (height + padding), columns * (width + padding), channels
    )
    return sheet[: sheet.shape[0] - padding, : sheet.shape[1] - padding]


def save_png(path: PathLike, image: Any, text: dict[str, str] | None = None) -> Path:
    """Write one image as PNG; the file appears whole or not at all.

    Args:
        path: file name; missing folders are created.
        image: uint8 `(height, width)` or `(height, width, channels)`: grey, grey
            with alpha, RGB, or RGB with alpha.
        text: dict of what the file says about itself, see `png_text`.

    Returns:
        `pathlib.Path` of the file.
    """
    from PIL import PngImagePlugin

    picture, said = as_picture(image), PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        said.add_text(key, value)
    path = Path(path)
    return write_atomically(path, lambda file: picture.save(file, "PNG", pnginfo=said))


def png_text(path: PathLike) -> dict[str, str]:
    """What an image file says about itself, a dict; empty if it can't be read."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            found = picture.info
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}
    return {str(key): value for key, value in found.items() if isinstance(value, str)}


def as_picture(image: Any) -> Any:
    """One image as Pillow's; see `save_png`."""
    from PIL import Image

    image = as_array(image)
    image = image[..., None] if image.ndim == 2 else image
    if image.ndim != 3 or image.dtype != np.uint8 or image.shape[-1] not in PNG_MODES:
        raise ValueError(
            "An image file holds one uint8 image of shape (height, width, channels) "
            "with 1 to 4 channels; combine several with `grid`. "
            f"Received: {described(image)}"
        )
    pixels = image[..., 0] if image.shape[-1] == 1 else image
    return Image.fromarray(np.ascontiguousarray(pixels))
