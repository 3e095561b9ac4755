"""What is in a folder of image files: which files, which splits, which classes."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_gan_zoo.datasets.image_files import listed
from keras_gan_zoo.datasets.metadata import label_files
from keras_gan_zoo.datasets.splits import parse, select
from keras_gan_zoo.datasets.tree import EMPTY, File, list_files
from keras_gan_zoo.typing import PathLike

SPLITS = ("train", "validation", "val", "valid", "dev", "eval", "evaluation", "test")
ALIASES = {"training": "train", "testing": "test"}


def class_names(
    path: PathLike, split: str | None = "train", skip: bool = False
) -> tuple[str, ...] | None:
    """The names of the classes, in the order of the labels of `select_files`.

    Returns:
        tuple of str, or None if the split has no labels or if these are numbers.
    """
    return select_files(path, split, skip).names


def folder_sizes(path: PathLike, skip: bool = False) -> dict[str, int]:
    """The number of images in each split of a folder."""
    found, _ = _splits(path, skip)
    return {name: len(_images(some.files)) for name, some in found.items()}


class Selection(NamedTuple):
    """The files of a split.

    Args:
        files: their paths.
        labels: whole numbers, one for each, or None.
        names: those of the classes, or None.
        skipped: how many other files there are, by why they are no images.
        splits: the names of all splits.
    """

    files: list[str]
    labels: list[int] | None
    names: tuple[str, ...] | None
    skipped: Counter[str]
    splits: list[str]


def select_files(
    path: PathLike, split: str | None = "train", skip: bool = False
) -> Selection:
    """List the images of a split and their classes, without opening them.

    Args:
        path, split: see `keras_gan_zoo.datasets.load`.
        skip: bool: leave out images without a row in a metadata file, and the reverse.

    Raises:
        ValueError: no folder, no images, splits or classes, or bad metadata.
    """
    found, lost = _splits(path, skip)
    # The classes of all splits, so that a label means the same in each.
    classes = {_class_of(f) for some in found.values() for f in _classed(some)}
    numbered = all(isinstance(one, int) for one in classes)
    names = sorted(set(map(str, classes)))
    known = {name: number for number, name in enumerate(names)}
    if numbered:
        known = {str(number): number for number in classes}
    sources = {
        name: lambda some=some: _list(some, known) for name, some in found.items()
    }
    files: list[str] = []
    labels: list[Any] = []
    for some_files, some_labels in select(split, sources):
        files += some_files
        labels += some_labels if some_labels is not None else [None] * len(some_files)
    chosen = found if split is None else {name for name, _, _ in parse(split)}
    skipped = lost + Counter(
        f.skipped for name in chosen for f in found[name].files if f.skipped
    )
    complete = None not in labels
    return Selection(
        files,
        labels if complete else None,
        tuple(names) if complete and not numbered else None,
        skipped,
        list(found),
    )


class _Split(NamedTuple):
    """A folder, and what is below it."""

    folder: str
    files: list[File]


def _splits(path, skip=False):
    """A dict of split -> `_Split`, whose files' `parts` begin below its folder.

    And how many rows of metadata files were left out, and why.
    """
    path = os.fspath(path)
    if not os.path.isdir(path):
        raise ValueError(
            'Expected the path of an image folder, for example "./faces". '
            f"Received: {path!r}, "
            + ("which is a file" if os.path.exists(path) else "which does not exist")
        )
    files, lost = label_files(list_files(path), skip)
    whole = _Split(path, files)
    folders = {f.parts[0] for f in whole.files if f.parts[1:] or f.skipped == EMPTY}
    called = {name: _split_of(name) for name in sorted(folders) if _split_of(name)}
    if not {"train", "test"} & set(called.values()):
        return {"train": whole}, lost
    below = [f for f in _images(whole.files) if len(f.parts) > 1]
    full = {f.parts[0] for f in below}
    loose = len(_images(whole.files)) - len(below)
    others = sorted(full - set(called))
    if others and not loose and len(full & set(called)) < 2:
        return {"train": whole}, lost  # a class that is called like a split
    if others or loose or len(set(called.values())) < len(called):
        raise ValueError(_ambiguous(path, called, others, loose))
    top = [f for f in whole.files if f.parts[0] not in called]
    found = {
        split: _Split(
            os.path.join(path, name),
            top + [f.below() for f in whole.files if f.parts[0] == name],
        )
        for name, split in sorted(called.items(), key=lambda row: SPLITS.index(row[1]))
    }
    return found, lost


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
    """The images that have a class."""
    return [f for f in _images(split.files) if _class_of(f) is not None]


def _class_of(file):
    """What a metadata file says, or else the sub-folder; None if it is loose."""
    if file.label is not None:
        return file.label
    return file.parts[0] if len(file.parts) > 1 else None


def _list(split, known):
    """The image files of a split, and their labels."""
    images = _images(split.files)
    if not images:
        raise ValueError(
            "The folder must contain images: files that Pillow can read, such as "
            f".png, .jpg, .webp or .tif. Received: {split.folder!r} with "
            f"{counted(Counter(f.skipped for f in split.files), 'other file')}"
        )
    paths = [f.path for f in images]
    if len(known) < 2 or len(_classed(split)) < len(images):
        return paths, None
    labels = [known[str(_class_of(f))] for f in images]
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
    _, ranks = np.unique(labels, return_inverse=True)
    counts = np.bincount(ranks)
    seen = np.zeros_like(counts)
    keys = []
    for position, label in enumerate(ranks):
        keys.append(((seen[label] + 0.5) / counts[label], label, position))
        seen[label] += 1
    return [position for _, _, position in sorted(keys)]


def counted(kinds: Counter[str], what: str) -> str:
    """`"3 files (2 .txt, 1 hidden)"`."""
    rows = [f"{count:,} {kind}" for kind, count in kinds.most_common()]
    total = f"{kinds.total():,} {what}{'' if kinds.total() == 1 else 's'}"
    return f"{total} ({listed(rows if len(rows) > 1 else kinds)})" if rows else total
