"""Reads folders of image files: which files, which splits, which classes."""

import logging
import os
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets import image_files
from keras_gan_zoo.datasets.image_files import listed
from keras_gan_zoo.datasets.splits import parse, select
from keras_gan_zoo.datasets.tree import EMPTY, HIDDEN, File, list_files
from keras_gan_zoo.typing import ImageShape, PathLike

SPLITS = ("train", "validation", "val", "valid", "dev", "eval", "evaluation", "test")
ALIASES = {"training": "train", "testing": "test"}

logger = logging.getLogger(__name__)


def load_folder(
    path: PathLike, split: str | None = "train", called: PathLike | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Load all images below a folder; they must be of the same size.

    **Files.** Every file whose ending Pillow can decode is taken, in sorted order;
    symbolic links are followed. What a folder gave is said once: in a log entry, or in
    a warning if files were left out (and why) or images were changed.

    **Classes.** If every image is in a sub-folder, and there are two or more of these,
    they are the classes, in sorted order, evenly mixed so that slices are balanced.

    **Splits.** Sub-folders called `train` (or `training`) and `test` (`testing`),
    `validation`, `val`, `valid`, `dev`, `eval`, `evaluation`, in upper or lower case,
    are the splits if they stand alone and one of them is a train or test folder. A
    folder without them is one split, `"train"`. A single such folder among others is a
    class as they are: `vehicles/train`, `vehicles/bus`. Two or more among others, or
    one beside loose images, could mean either, and are refused.

    **Pixels.** Grey images become RGB if any image is in colour, and so do CMYK, YCbCr
    and HSV. Palettes are resolved, EXIF orientations applied, and only the first frame
    of an animation is used.

    Args:
        path: a folder of image files.
        split: see `keras_gan_zoo.datasets.load`. Only the images in it are decoded.
        called: how to call the folder when saying what it gave; by default its path.

    Returns:
        `(images, labels)`: uint8 `(n, height, width, channels)`, channels 1 (grey),
        2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha); int64 `(n,)` or None.

    Raises:
        ValueError: no folder, no images, splits or classes, files that can't be
            decoded, images of different sizes, more than 8 bits per channel, or an
            alpha channel in only some of the images. All such files are named at once.
        MemoryError: the images would not fit into memory; said before they are decoded.
    """
    found = _select(path, split)
    images, changes = image_files.decode(found.files)
    _say(called or path, split, found, images.shape[1:], changes)
    labels = None if found.labels is None else np.array(found.labels, "int64")
    return images, labels


def class_names(path: PathLike, split: str | None = "train") -> tuple[str, ...] | None:
    """The names of the class folders, in the order of the labels of `load_folder`.

    Returns:
        tuple of str, or None if the split has no labels.
    """
    found = _select(path, split)
    return None if found.labels is None else tuple(found.names)


def folder_shape(path: PathLike, split: str | None = "train") -> ImageShape:
    """`(height, width, channels)` of a folder's images, from their headers."""
    return image_files.image_shape(_select(path, split).files)


def folder_sizes(path: PathLike) -> dict[str, int]:
    """The number of images in each split of a folder."""
    return {name: len(_images(some.files)) for name, some in _splits(path).items()}


class _Split(NamedTuple):
    """A folder, and what is below it."""

    folder: str
    files: list[File]


class _Selection(NamedTuple):
    """The files of a split, their labels or None, and what there is beside them."""

    files: list[str]
    labels: list[int] | None
    names: list[str]
    skipped: Counter
    splits: list[str]


def _select(path, split):
    found = _splits(path)
    # The classes of all splits, so that a label means the same in each.
    names = sorted({f.parts[0] for some in found.values() for f in _classed(some)})
    sources = {
        name: lambda some=some: _list(some, names) for name, some in found.items()
    }
    files, labels = [], []
    for some_files, some_labels in select(split, sources):
        files += some_files
        labels += some_labels if some_labels is not None else [None] * len(some_files)
    chosen = found if split is None else {name for name, _, _ in parse(split)}
    skipped = Counter(
        f.skipped for name in chosen for f in found[name].files if f.skipped
    )
    labels = None if None in labels else labels
    return _Selection(files, labels, names, skipped, list(found))


def _splits(path):
    """A dict of split -> `_Split`, whose files' `parts` begin below its folder."""
    path = os.fspath(path)
    if not os.path.isdir(path):
        raise ValueError(
            'Expected the path of an image folder, for example "./faces". '
            f"Received: {path!r}, "
            + ("which is a file" if os.path.exists(path) else "which does not exist")
        )
    whole = _Split(path, list_files(path))
    folders = {f.parts[0] for f in whole.files if f.parts[1:] or f.skipped == EMPTY}
    called = {name: _split_of(name) for name in sorted(folders) if _split_of(name)}
    if not {"train", "test"} & set(called.values()):
        return {"train": whole}
    full = {f.parts[0] for f in _classed(whole)}
    loose = len(_images(whole.files)) - len(_classed(whole))
    others = sorted(full - set(called))
    if others and not loose and len(full & set(called)) < 2:
        return {"train": whole}  # a class that is called like a split
    if others or loose or len(set(called.values())) < len(called):
        raise ValueError(_ambiguous(path, called, others, loose))
    top = [f for f in whole.files if f.parts[0] not in called]
    return {
        split: _Split(
            os.path.join(path, name),
            top + [f.below() for f in whole.files if f.parts[0] == name],
        )
        for name, split in sorted(called.items(), key=lambda row: SPLITS.index(row[1]))
    }


def _split_of(name):
    """The split that a folder's name stands for, or None."""
    name = ALIASES.get(name.lower(), name.lower())
    return name if name in SPLITS else None


def _ambiguous(path, called, others, loose):
    beside = [repr(name) for name in others]
    beside += [f"{loose:,} loose image(s)"] if loose else []
    one = os.path.join(path, next(iter(called)))
    return (
        "Sub-folders called like splits must stand alone, each under another name, "
        "since they could be splits or classes. If they are splits, move the rest "
        f"elsewhere, or pass one of them: {one!r}. If they are classes, move all of "
        f"the folder's contents into one sub-folder called 'train'. Received: "
        f"{str(path)!r} with {listed(map(repr, called))}"
        + (f" beside {listed(beside)}" if beside else "")
    )


def _images(files):
    return [f for f in files if f.skipped is None]


def _classed(split):
    """The images that are in a sub-folder."""
    return [f for f in _images(split.files) if len(f.parts) > 1]


def _list(split, names):
    """The image files of a split, and their labels."""
    images = _images(split.files)
    if not images:
        raise ValueError(
            "The folder must contain images: files that Pillow can read, such as "
            f".png, .jpg, .webp or .tif. Received: {split.folder!r} with "
            f"{_counted(Counter(f.skipped for f in split.files), 'other file')}"
        )
    paths = [f.path for f in images]
    if len(names) < 2 or len(_classed(split)) < len(images):
        return paths, None
    labels = [names.index(f.parts[0]) for f in images]
    order = mix_classes(labels)
    return [paths[i] for i in order], [labels[i] for i in order]


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


def _say(path, split, found, shape, changes):
    """Say what a folder gave: a warning if it gave less than one might think."""
    count = len(found.files)
    text = f"{path}: {count:,} image{'s' if count > 1 else ''} "
    text += "x".join(map(str, shape))
    if len(found.splits) > 1 and split is not None:
        text += f" in split {split} (of {', '.join(found.splits)})"
    if found.labels is not None:
        text += f" in {len(found.names)} classes ({listed(found.names)})"
    text += "".join(f"; {count:,} {change}" for change, count in changes.items())
    if found.skipped:
        text += f"; skipped {_counted(found.skipped, 'file')}"
    if changes or set(found.skipped) - {HIDDEN}:
        warnings.warn(text, stacklevel=3)
    else:
        logger.info(text)


def _counted(kinds, what):
    """`"3 files (2 .txt, 1 hidden)"`."""
    rows = [f"{count:,} {kind}" for kind, count in kinds.most_common()]
    total = f"{kinds.total():,} {what}{'' if kinds.total() == 1 else 's'}"
    return f"{total} ({listed(rows if len(rows) > 1 else kinds)})" if rows else total
