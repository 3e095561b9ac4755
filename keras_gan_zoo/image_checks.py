"""Whether arrays can be images: their shapes, and errors that say what to do."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan_zoo.typing import ImageShape

PNG_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def check_shape(images: np.ndarray, image_shape: ImageShape | None = None) -> Any:
    """An array of images as `(n, height, width, channels)`, or a `ValueError`.

    Their values are not looked at; see `check_images` for the shapes that it takes.

    Example:

    >>> check_shape(np.zeros((2, 3, 32, 32))).shape
    (2, 32, 32, 3)
    """
    if images.dtype.kind in "OSU":
        raise ValueError(wrong_dtype(images))
    expected = "(n, height, width, channels) or (n, height, width)"
    if image_shape is not None:
        height, width, channels = image_shape
        expected = f"(n, {height}, {width}, {channels})"
        expected += f" or (n, {height}, {width})" if channels == 1 else ""
    if images.size == 0:
        raise ValueError(
            f"There must be at least one image: an array of shape {expected}. "
            f"Received: {described(images)}"
        )
    if is_single(images.shape, image_shape):
        fix = "This looks like a single image: add a batch axis, `images[None]`."
        if image_shape is not None and images.shape[1:] == (np.prod(image_shape),):
            fix = f"Reshape them: `images.reshape{(-1, *image_shape)}`."
        raise ValueError(
            f"Images must be a batch of shape {expected}. {fix} "
            f"Received: {described(images)}"
        )
    if images.ndim not in (3, 4):
        raise ValueError(
            f"Images must have shape {expected}. Reshape them, for example "
            "`images.reshape(-1, 28, 28, 1)` for flattened MNIST. "
            f"Received: {described(images)}"
        )
    original = images
    if images.ndim == 3:
        images = images[..., None]
    if _has_channels_first(images.shape[1:], image_shape):
        images = np.moveaxis(images, 1, -1)
    if image_shape is None:
        if images.shape[-1] not in PNG_MODES:
            raise ValueError(
                f"Images must have 1 to 4 channels, in the last axis: {expected}. "
                f"Received: {described(original)}"
            )
    elif images.shape[1:] != tuple(image_shape):
        raise ValueError(
            f"Images must have shape {expected}.{_how_to_fit(original, image_shape)} "
            f"Received: {described(original)}"
        )
    return images


def is_single(shape: Sequence[int], image_shape: ImageShape | None = None) -> bool:
    """Whether `shape` is that of one image rather than of a batch."""
    if len(shape) < 3:
        return len(shape) == 2
    if image_shape is not None:
        return tuple(shape) == tuple(image_shape)
    return len(shape) == 3 and shape[-1] in (1, 3) and min(shape[:2]) > 4


def _how_to_fit(images, image_shape):
    height, width, channels = image_shape
    if images.shape == (channels, height, width):
        return (
            " If this is one image with its channels first, pass "
            "`np.moveaxis(images, 0, -1)[None]`."
        )
    if images.ndim == 3:
        images = images[..., None]
    if images.shape[:3] == tuple(image_shape):
        return " Move the batch axis first with `np.moveaxis(images, -1, 0)`."
    if images.shape[1:3] != (height, width):
        return (
            " Resize them, for example with `keras.ops.image.resize`, or build the "
            f"model with image_shape={images.shape[1:]}."
        )
    if (images.shape[-1], channels) == (1, 3):
        return " Make grey images RGB with `np.repeat(images, 3, axis=-1)`."
    if (images.shape[-1], channels) == (4, 3):
        return " Drop the alpha channel with `images[..., :3]`."
    if (images.shape[-1], channels) == (3, 1):
        return " Make colour images grey with `keras.ops.image.rgb_to_grayscale`."
    return f" Or build the model with image_shape={images.shape[1:]}."


def _has_channels_first(shape, image_shape):
    """Whether the shape of one image can only be read with its channels first."""
    if image_shape is None:
        return shape[-1] not in PNG_MODES and shape[0] in PNG_MODES
    height, width, channels = image_shape
    return shape == (channels, height, width) != tuple(image_shape)


def wrong_dtype(images: np.ndarray) -> str:
    """The text of an error about a dtype that images can't have."""
    fix = "Convert them to numbers first."
    if images.dtype.kind in "SU":
        fix += " To read image files, pass the path of their folder."
    if images.dtype.kind == "b":
        fix = 'Convert with `images.astype("uint8") * 255`.'
    elif images.dtype.kind in "iu":
        low, high = images.min(), images.max()
        fix = f"Rescale the values (they run from {low} to {high}) to 0 ... 255."
        if low >= 0 and high <= 255:
            fix = 'Convert with `images.astype("uint8")`.'
    return (
        "Images must be uint8 (0 to 255), or floats with a declared `value_range`. "
        f"{fix} Received: {described(images)}"
    )


def say_black(fix: str, images: np.ndarray, low: Any, high: Any) -> None:
    """Warn that images are all but black, as a wrong range makes them."""
    warnings.warn(
        f"The images are all but black: their values run from {low:.6g} to {high:.6g}. "
        f"{fix} Received: {described(images)}",
        stacklevel=3,
    )


def guess_range(low: Any, high: Any) -> tuple[int, int]:
    """The usual `value_range` that values from `low` to `high` are in.

    Example:

    >>> guess_range(-0.5, 0.9)
    (-1, 1)
    """
    for black, white in ((0, 1), (-1, 1), (0, 255)):
        if black <= low and high <= white:
            return (black, white)
    return (int(np.floor(low)), int(np.ceil(high)))


def described(images: Any) -> str:
    """Images in the words of an error: their shape and dtype."""
    return f"images of shape {images.shape} and dtype {images.dtype}"
