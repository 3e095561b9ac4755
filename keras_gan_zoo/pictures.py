"""Image files by their ending: one image, a folder of them, a moving one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.files import path_of, write_atomically
from keras_gan_zoo.images import as_array, as_picture
from keras_gan_zoo.typing import PathLike

#: endings of still images -> what Pillow calls the format, and its settings
STILL: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95}),
    ".jpeg": ("JPEG", {"quality": 95}),
    ".webp": ("WEBP", {"lossless": True}),
}
MOVING: dict[str, tuple[str, dict[str, Any]]] = {
    ".gif": ("GIF", {}),
    ".webp": ("WEBP", {"lossless": True}),
}


def save_image(path: PathLike, image: Any) -> Path:
    """Write one image in the format that the file's ending names.

    Args:
        path: file name that ends in .png, .jpg, .jpeg or .webp; missing folders are
            created, and the file appears whole or not at all.
        image: uint8 `(height, width)` or `(height, width, channels)`: grey, grey with
            alpha, RGB, or RGB with alpha, which JPEG lacks.

    Returns:
        `pathlib.Path` of the file.

    Raises:
        ValueError: another ending, or an image that the format can't hold.
    """
    path = Path(path)
    if path.suffix.lower() not in STILL:
        raise ValueError(
            f"An image file must end in {', '.join(STILL)}. "
            f"Received: path={str(path)!r}"
        )
    name, settings = STILL[path.suffix.lower()]
    picture = as_picture(image)
    if name == "JPEG" and "A" in picture.mode:
        raise ValueError(
            "JPEG has no alpha channel; write .png or .webp. "
            f"Received: path={str(path)!r}, {as_array(image).shape[-1]} channels"
        )
    return write_atomically(path, lambda file: picture.save(file, name, **settings))


def save_images(folder: PathLike, images: Sequence[Any] | np.ndarray) -> list[Path]:
    """Write each image to a PNG file of its own: `0000.png`, `0001.png`, ...

    Args:
        folder: path; created if missing.
        images: uint8 images; see `save_image`.

    Returns:
        list of `pathlib.Path`.

    Raises:
        FileExistsError: the folder has other files, which would seem to belong to it.
    """
    folder = path_of(folder)
    digits = max(4, len(str(len(images) - 1)))
    paths = [folder / f"{i:0{digits}}.png" for i in range(len(images))]
    others = set(folder.iterdir()) - set(paths) if folder.is_dir() else set()
    if others:
        raise FileExistsError(
            "The images must have a folder of their own. Give another one, or empty "
            f"it. Received: folder={str(folder)!r} with {len(others)} other files, "
            f"such as {min(others).name!r}"
        )
    return [save_image(path, image) for path, image in zip(paths, images, strict=True)]


def save_moving(path: PathLike, frames: Sequence[Any], seconds: float = 0.08) -> Path:
    """Write a moving image that begins again when it is over.

    Args:
        path: file name that ends in .gif or .webp; missing folders are created.
        frames: uint8 images of one size; see `save_image`. Alpha is dropped.
        seconds: float, how long each is shown.

    Returns:
        `pathlib.Path` of the file.
    """
    path = Path(path)
    if path.suffix.lower() not in MOVING:
        raise ValueError(
            f"A moving image must end in {', '.join(MOVING)}. "
            f"Received: path={str(path)!r}"
        )
    name, settings = MOVING[path.suffix.lower()]
    first, *rest = (_without_alpha(as_picture(frame)) for frame in frames)
    return write_atomically(
        path,
        lambda file: first.save(
            file,
            name,
            save_all=True,
            append_images=rest,
            duration=round(1000 * seconds),
            loop=0,
            **settings,
        ),
    )


def _without_alpha(picture):
    return picture.convert(picture.mode.removesuffix("A"))
