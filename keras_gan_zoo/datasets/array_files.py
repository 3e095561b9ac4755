"""Images in a single file: an array in `.npy` or `.npz`, or a folder in a `.zip`."""

import contextlib
import functools
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.datasets import folders, image_folder
from keras_gan_zoo.datasets.memory import check_disk
from keras_gan_zoo.datasets.preparation import ImagePreparation, preparation_of
from keras_gan_zoo.datasets.splits import parse, select
from keras_gan_zoo.image_checks import check_shape
from keras_gan_zoo.labels import read_labels, renumber
from keras_gan_zoo.typing import ImageShape, PathLike

SUFFIXES = (".npy", ".npz", ".zip")
IMAGES, LABELS = ("images", "x", "arr_0"), ("labels", "y", "arr_1")
UNREADABLE = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error)


def is_array_file(path: Any) -> bool:
    """Whether `path` names a file of images by its suffix.

    Example:

    >>> is_array_file("faces.npz"), is_array_file("faces")
    (True, False)
    """
    is_path = isinstance(path, str | os.PathLike)
    return is_path and os.fspath(path).lower().endswith(SUFFIXES)


def load_file(
    path: PathLike,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Load the images, and labels if there are any, of one file.

    An `.npy` file has one array. An `.npz` file has one array, or several named
    `images` (or `x`, `arr_0`) and `labels` (or `y`, `arr_1`), or those of splits,
    `x_train`, `y_train`, `x_test` and so on. A `.zip` file has what
    `keras_gan_zoo.datasets.ImageFolder` reads.

    Args:
        path: the file.
        split: see `keras_gan_zoo.datasets.load`. Without splits, all is `"train"`.
        on_error, preparation: see `keras_gan_zoo.datasets.load`.

    Returns:
        `(images, labels)`: images as they are in the file, or prepared; int64 `(n,)`
        or None.

    Raises:
        ValueError: a file that is missing, damaged, or has no images, or labels that
            are not one for each image.
    """
    path = Path(path)
    if path.suffix.lower() == ".zip":
        with unzipped(path) as folder:
            return image_folder.load_folder(
                folder, split, on_error, preparation, called=path
            )
    sources: dict[str, Any] = {
        name: functools.partial(tuple, pair) for name, pair in _splits(path).items()
    }
    parts = select(split, sources)
    images, labels = zip(*parts, strict=True)
    preparation = preparation_of(preparation)
    if len(parts) == 1:
        return preparation.arrays(images[0], labels[0])
    known = [some for some in labels if some is not None]
    whole = len(known) == len(labels)
    return preparation.arrays(
        np.concatenate(images), np.concatenate(known) if whole else None
    )


def label_names(
    path: PathLike, split: str | None = "train", on_error: str = "raise"
) -> tuple[str, ...] | None:
    """The names of the classes: folders in a zip file, or labels that are text."""
    path = Path(path)
    if path.suffix.lower() == ".zip":
        with unzipped(path) as folder:
            return folders.class_names(folder, split, on_error == "skip")
    keys = {name: key for name, (_, key) in _keys(path).items()}
    chosen = keys if split is None else [name for name, _, _ in parse(split)]
    if not all(keys.get(name) for name in chosen):
        return None
    found = _arrays(path, [key for key in keys.values() if key]).values()
    return _joined(_read_labels(path, some, _count(some))[1] for some in found)


def labels(path: PathLike, split: str | None = "train", on_error: str = "raise") -> Any:
    """The labels in a file, or None."""
    path = Path(path)
    if path.suffix.lower() != ".zip":
        return load_file(path, split)[1]
    with unzipped(path) as folder:
        return folders.select_files(folder, split, on_error == "skip").labels


def image_shape(
    path: PathLike,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
) -> ImageShape:
    """`(height, width, channels)` of the images in a file, once prepared."""
    path = Path(path)
    if path.suffix.lower() == ".zip":
        with unzipped(path) as folder:
            return image_folder.folder_shape(folder, split, on_error, preparation)
    try:
        shape = check_shape(load_file(path, split)[0]).shape[1:]
    except ValueError as error:
        raise ValueError(f"The images in {path}: {error}") from error
    return preparation_of(preparation).shape_of(shape) if preparation else shape


def sizes(path: PathLike) -> dict[str, int]:
    """The number of images in each split of a file."""
    path = Path(path)
    if path.suffix.lower() == ".zip":
        with unzipped(path) as folder:
            return folders.folder_sizes(folder)
    return {name: len(images) for name, (images, _) in _splits(path).items()}


@contextlib.contextmanager
def unzipped(path: Path) -> Iterator[Path]:
    """A temporary folder with what is in a zip file, without an outermost folder."""
    with tempfile.TemporaryDirectory() as temporary:
        with _reading(path), zipfile.ZipFile(path) as file:
            members = file.infolist()
        for member in members:  # some programs write the separator of Windows
            member.filename = member.filename.replace("\\", "/")
        inside = [m for m in members if not m.filename.startswith("__MACOSX/")]
        check_disk(
            temporary,
            sum(member.file_size for member in inside),
            f"The unpacked files of {path}",
            "Unpack them elsewhere and pass the folder, or name a larger disk in the "
            "environment variable TMPDIR.",
        )
        with _reading(path), zipfile.ZipFile(path) as file:
            file.extractall(temporary, inside)
        folder = Path(temporary)
        outermost = list(folder.iterdir())
        while len(outermost) == 1 and outermost[0].is_dir():
            if outermost[0].name in folders.SPLITS:
                break
            folder = outermost[0]
            outermost = list(folder.iterdir())
        try:
            yield folder
        except ValueError as error:  # it should name a file that there is
            raise ValueError(str(error).replace(str(folder), str(path))) from error


def _splits(path):
    """A dict of split -> images and labels or None."""
    keys = _keys(path)
    arrays = _arrays(path, [key for pair in keys.values() for key in pair if key])
    labels = {
        split: _read_labels(path, arrays[key], _count(arrays[images]))
        for split, (images, key) in keys.items()
        if key
    }
    # The classes of all splits, so that a label means the same in each.
    known = _joined(names for _, names in labels.values())
    return {
        split: (arrays[images], renumber(*labels.get(split, (None, None)), known))
        for split, (images, _) in keys.items()
    }


def _keys(path):
    """A dict of split -> the names of its arrays, images and labels or None."""
    if path.suffix.lower() == ".npy":
        return {"train": ("images", None)}
    with _reading(path), np.load(path, allow_pickle=False) as file:
        names = file.files
    found = {
        name: (f"x_{name}", f"y_{name}" if f"y_{name}" in names else None)
        for name in folders.SPLITS
        if f"x_{name}" in names
    }
    if found:
        return found
    if len(names) == 1:
        return {"train": (names[0], None)}
    images = next((name for name in IMAGES if name in names), None)
    labels = next((name for name in LABELS if name in names), None)
    if images is None:
        raise ValueError(
            "An `.npz` file must have one array of images, or one named `images`, and "
            f"their `labels` if there are any. Received: {path} with {sorted(names)}"
        )
    return {"train": (images, labels)}


def _arrays(path, names):
    """A dict of name -> array."""
    with _reading(path):
        if path.suffix.lower() == ".npy":
            return dict.fromkeys(names, np.load(path, "r", allow_pickle=False))
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names}


def _read_labels(path, labels, n):
    """Labels as numbers, and the names of their classes or None."""
    try:
        return read_labels(labels, n)
    except ValueError as error:
        raise ValueError(f"The labels in {path}: {error}") from error


def _joined(names):
    """All of some classes' names, sorted; None if there are none."""
    return tuple(sorted({name for some in names for name in some or ()})) or None


def _count(array):
    return array.shape[0] if array.ndim else 0


@contextlib.contextmanager
def _reading(path):
    """Says of an error that the file can't be read."""
    try:
        yield
    except (*UNREADABLE, RuntimeError, NotImplementedError) as error:
        raise ValueError(
            "A file of images must be an intact `.npy`, `.npz` or `.zip` file. "
            f"Received: {path}, which can't be read: {error}"
        ) from error
