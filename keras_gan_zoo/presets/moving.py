"""Puts new files in the place of old ones: all of them, or none."""

import errno
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from keras_gan_zoo.files import place_of
from keras_gan_zoo.presets import files


def put(new: Path, folder: Path, without: Collection[str] = ()) -> None:
    """Move all files of one folder into another one, over those of the same names.

    After an error, Ctrl-C included, `folder` is as it was. What it has besides stays.
    What a link leads to is replaced, see `place_of`.

    Args:
        new: path of the finished folder, on the same disk, which is left empty.
        folder: path.
        without: names of files that `folder` is to lose.

    Raises:
        OSError: a file can't be moved; if the old ones then can't be put back either,
            the error says where they are.
    """
    old = new.with_name(f"{new.name}-old")
    old.mkdir()
    names = sorted((path.name for path in new.iterdir()), key=_metadata_last)
    places = {name: folder / name for name in without}
    places |= {name: place_of(folder / name) for name in names}
    try:
        for name in sorted(places, key=_metadata_last, reverse=True):
            if os.path.lexists(places[name]):
                _move(places[name], old / name)
        for name in names:
            _move(new / name, places[name])
    except BaseException as error:
        _put_back(old, places, [n for n in names if not (new / n).exists()], error)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _metadata_last(name):
    """Weights are only read with the metadata that have their sha256."""
    return name == files.METADATA


def _move(file: Path, place: Path) -> None:
    """Rename a file, or copy it to another disk and delete it."""
    try:
        os.replace(file, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        try:
            shutil.copyfile(file, place)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        file.unlink()


def _put_back(
    old: Path,
    places: Mapping[str, Path],
    moved: Sequence[str],
    error: BaseException,
) -> None:
    left = []
    names = {path.name for path in old.iterdir()}
    for name in sorted({*moved, *names}, key=_metadata_last):
        try:
            if name in moved:
                places[name].unlink()
            if name in names:
                _move(old / name, places[name])
        except OSError as fault:
            left.append(f"{name} ({fault})")
    if left:
        raise OSError(
            "The preset is not saved, and files of the old one could not be put back. "
            f"Move them back yourself. Received: {old}: {', '.join(left)}"
        ) from error
    old.rmdir()
