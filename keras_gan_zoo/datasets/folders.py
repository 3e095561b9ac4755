"""Reads folders of image files into one uint8 array."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.splits import select
from keras_gan_zoo.typing import PathLike

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif")
SPLITS = ("train", "validation", "val", "test")
CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
MODES = {"1": "L", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB"}  # Pillow's -> ours
MODES |= {mode: mode for mode in CHANNELS}


def load_folder(
    path: PathLike, split: str | None = "train"
) -> tuple[np.ndarray, np.ndarray | None]:
    """Load all images below a folder; they must be of the same size.

    Sub-folders `train` and `test` (or `validation`, `val`) are the splits; a folder
    without them is one split, `"train"`. If every image is in a sub-folder, and there
    are two or more of these, they are the classes, in sorted order. Files are sorted,
    with the classes evenly mixed, so that slices are balanced.

    Grey images become RGB if any image is in colour. Palettes are resolved, EXIF
    orientations applied, and only the first frame of an animation is used.

    Args:
        path: a folder with `.png`, `.jpg`, `.jpeg`, `.bmp`, `.webp` or `.gif` files.
        split: see `keras_gan_zoo.datasets.load`. Only the images in it are decoded.

    Returns:
        `(images, labels)`: uint8 `(n, height, width, channels)`, channels 1 (grey),
        2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha); int64 `(n,)` or None.

    Raises:
        ValueError: no folder, no images, a file that can't be decoded, images of
            different sizes, more than 8 bits per channel, or an alpha channel in only
            some of the images.
    """
    files, labels, _ = _select(path, split)
    return decode(files), None if labels is None else np.array(labels, "int64")


def class_names(path: PathLike, split: str | None = "train") -> tuple[str, ...] | None:
    """The names of the class folders, in the order of the labels of `load_folder`.

    Returns:
        tuple of str, or None if the split has no labels.
    """
    _, labels, names = _select(path, split)
    return None if labels is None else tuple(names)


def folder_sizes(path: PathLike) -> dict[str, int]:
    """The number of images in each split of a folder."""
    return {name: len(_files(folder)) for name, folder in _splits(path).items()}


def _splits(path):
    """A dict of split -> its folder."""
    path = Path(path)
    if not path.is_dir():
        raise ValueError(
            'Expected the path of an image folder, for example "./faces". '
            f"Received: {str(path)!r}, "
            + ("which is a file" if path.exists() else "which does not exist")
        )
    folders = {name: path / name for name in SPLITS if (path / name).is_dir()}
    return folders if {"train", "test"} & set(folders) else {"train": path}


def _select(path, split):
    """The files of a split, their labels or None, and the names of all classes."""
    folders = _splits(path)
    # The classes of all splits, so that a label means the same in each.
    names = sorted(
        {class_of for folder in folders.values() for _, class_of in _files(folder)}
        - {None}
    )
    sources = {name: lambda at=at: _list(at, names) for name, at in folders.items()}
    files, labels = [], []
    for some_files, some_labels in select(split, sources):
        files += some_files
        labels += some_labels if some_labels is not None else [None] * len(some_files)
    return files, None if None in labels else labels, names


def mix_classes(labels: Sequence[int]) -> list[int]:
    """An order in which each class is spread evenly.

    Args:
        labels: list of int, in the order of the files.

    Returns:
        list of int, positions in `labels`.

    Example:

    >>> mix_classes([0, 0, 0, 0, 1, 1])
    [0, 4, 1, 2, 5, 3]
    """
    counts = np.bincount(labels)
    seen = np.zeros_like(counts)
    keys = []
    for position, label in enumerate(labels):
        keys.append(((seen[label] + 0.5) / counts[label], label, position))
        seen[label] += 1
    return [position for _, _, position in sorted(keys)]


def decode(files: Sequence[Any]) -> np.ndarray:
    """Decode image files to one uint8 array `(n, height, width, channels)`.

    Args:
        files: list of paths, or of `(name, binary file object)`.
    """
    first_size: Any = None
    modes: dict[str, Any] = {}
    for file in files:  # only the headers: errors come before hours of decoding
        size, mode = _header(file)
        if first_size is None:
            first_size, first_file = size, file
        if size != first_size:
            raise ValueError(
                "All images must have the same size. Resize or crop them first, for "
                "example with `PIL.ImageOps.fit`. Received: "
                f"{_name(first_file)}, {first_size[0]} wide and {first_size[1]} high; "
                f"{_name(file)}, {size[0]} wide and {size[1]} high"
            )
        modes.setdefault(mode, file)
    mode = _common_mode(modes)
    width, height = first_size
    images = np.empty((len(files), height, width, CHANNELS[mode]), "uint8")
    for index, file in enumerate(files):
        images[index] = _pixels(file, mode).reshape(images.shape[1:])
    return images


def _files(folder):
    """`[(image file, the sub-folder that it is in or None)]`, sorted."""
    found = []
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if file.suffix.lower() in EXTENSIONS and not _is_hidden(parts):
            found.append((file, parts[0] if len(parts) > 1 else None))
    return [(file, class_of) for file, class_of in found if file.is_file()]


def _is_hidden(parts):
    return any(part.startswith(".") for part in parts)


def _list(folder, names):
    """The image files below a folder, and their labels."""
    found = _files(folder)
    if not found:
        others = [
            file
            for file in folder.rglob("*")
            if file.is_file() and not _is_hidden(file.relative_to(folder).parts)
        ]
        kinds = sorted({file.suffix or file.name for file in others})
        raise ValueError(
            f"The folder must contain images: {', '.join(EXTENSIONS)}. Received: "
            f"{str(folder)!r} with {len(others)} other files {', '.join(kinds[:5])}"
        )
    files = [file for file, _ in found]
    if len(names) < 2 or any(class_of is None for _, class_of in found):
        return files, None
    labels = [names.index(class_of) for _, class_of in found]
    order = mix_classes(labels)
    return [files[i] for i in order], [labels[i] for i in order]


def _header(file):
    """The size (width, height) and the mode to convert to, without the pixels."""
    with _open(file) as image:
        width, height = image.size
        if _orientation(image) > 4:  # a quarter turn
            width, height = height, width
        mode = MODES.get(image.mode)
        if image.mode == "P":
            mode = "RGBA" if "transparency" in image.info else "RGB"
        if mode is None or (image.tile and "16" in str(image.tile[0][3])):
            raise ValueError(
                "Images must have 8 bits per channel. Convert the file first. "
                f"Received: {_name(file)} in Pillow's mode {image.mode!r} "
                "with more than 8 bits"
            )
    return (width, height), mode


def _pixels(file, mode):
    from PIL import ImageOps

    with _open(file) as image:
        try:
            upright = (
                ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
            )
            return np.asarray(upright.convert(mode))
        except Exception as error:  # Pillow raises many kinds
            raise _undecodable(file, error) from error


def _orientation(image):
    return image.getexif().get(0x0112, 1) if "exif" in image.info else 1


def _open(file):
    from PIL import Image

    source = file
    if isinstance(file, tuple):
        source = file[1]
        source.seek(0)
    try:
        return Image.open(source)
    except Exception as error:
        raise _undecodable(file, error) from error


def _undecodable(file, error):
    return ValueError(
        "Every image file must be complete and readable. Repair or delete it. "
        f"Received: {_name(file)} ({type(error).__name__}: {error})"
    )


def _common_mode(modes):
    """The mode that covers all of `modes`, a dict of mode -> the first such file."""
    alpha = [file for mode, file in modes.items() if mode.endswith("A")]
    opaque = [file for mode, file in modes.items() if not mode.endswith("A")]
    if alpha and opaque:
        raise ValueError(
            "All images must have an alpha channel, or none. Convert them to one mode "
            'first, for example with `PIL.Image.open(file).convert("RGB")`. '
            f"Received: {_name(alpha[0])} with alpha, {_name(opaque[0])} without"
        )
    return max(modes, key=CHANNELS.get)


def _name(file):
    return file[0] if isinstance(file, tuple) else os.fspath(file)
