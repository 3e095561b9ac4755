"""Where decoded images are kept: in memory, in a file, or nowhere."""

import contextlib
import json
import os
import shutil
import threading
import warnings
import weakref
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.memory import GIB
from keras_gan_zoo.files import cache_folder, write_json
from keras_gan_zoo.typing import ImageShape

MIB = 2**20
#: Images of one data set that are kept in memory, in MiB, and those of all data sets
#: that are kept on disk, in GiB, unless the environment variables say otherwise.
MEMORY, DISK = 256, 100
MEMORY_VARIABLE, DISK_VARIABLE = "KERAS_GAN_ZOO_MEMORY", "KERAS_GAN_ZOO_DISK"
NOTES = "notes.json"
SPARE = 0.1  # of what is free on a disk, which is left so

_open: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


def store_of(
    key: str, title: str, count: int, shape: ImageShape, memory: float | None = None
) -> Any:
    """The store for the decoded images of a data set; one for all who have it open.

    Args:
        key: str, which differs if any pixel may.
        title: str, what to call the data set.
        count: int, the number of its images.
        shape: `(height, width, channels)` of each.
        memory: float, the MiB that may be in memory; by default the environment
            variable `KERAS_GAN_ZOO_MEMORY`, or 256. More are kept in a file below
            `keras_gan_zoo.files.cache_folder`, if all such files take no more than
            `KERAS_GAN_ZOO_DISK` GiB, or 100; and else nowhere, which a warning says.

    Returns:
        `Memory`, `Disk` or `Nowhere`.
    """
    limit = _number(MEMORY_VARIABLE, MEMORY) if memory is None else memory
    in_memory = count * int(np.prod(shape)) <= limit * MIB
    found = _open.get((key, in_memory))
    if found is None:
        if in_memory:
            found = Memory(count, shape)
        else:
            found = _on_disk(key, title, count, shape)
        _open[key, in_memory] = found
    return found


class Nowhere:
    """No images: each is decoded whenever it is needed.

    Attributes:
        whole: bool, whether all images are in the array `images`.
        notes: dict, what else is known of them, ready for JSON.
    """

    whole = False

    def __init__(self) -> None:
        self.notes: dict[str, Any] = {}

    def get(self, row: int, place: np.ndarray) -> bool:
        """Copy an image to `place`; False if it is not there."""
        return False

    def put(self, row: int, image: np.ndarray) -> None:
        """Keep an image."""

    def note(self, **facts: Any) -> None:
        """Keep something with the images."""
        self.notes |= facts


class Memory(Nowhere):
    """Images in an array.

    Args:
        count: int, the number of images.
        shape: `(height, width, channels)` of each.
    """

    def __init__(self, count: int, shape: ImageShape) -> None:
        super().__init__()
        self.images = np.empty((count, *shape), "uint8")
        self._there = np.zeros(count, "bool")
        self._whole = False

    @property
    def whole(self) -> bool:  # type: ignore[override]
        self._whole = self._whole or bool(self._there.all())
        return self._whole

    def get(self, row: int, place: np.ndarray) -> bool:
        if self._there[row]:
            place[...] = self.images[row]
        return bool(self._there[row])

    def put(self, row: int, image: np.ndarray) -> None:
        self.images[row] = image
        self._there[row] = True


class Disk(Nowhere):
    """Images in a file, each with a checksum, which stays for the next run.

    Processes may share it, and be killed at any moment: an image counts as there once
    its checksum is, and is tried against it when it is first read.

    Args:
        folder: where its files are; created if missing.
        count: int, the number of images.
        shape: `(height, width, channels)` of each.
    """

    def __init__(self, folder: Path, count: int, shape: ImageShape) -> None:
        self.folder, self.size = folder, int(np.prod(shape))
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        self._file = _of_size(folder / "pixels", count * self.size)
        weakref.finalize(self, self._file.close)
        with _of_size(folder / "checksums", 4 * count, sparse=False) as sums:
            self._sums = np.memmap(sums, "<u4", "r+", shape=(count,))
        self._tried = np.zeros(count, "bool")
        self._lock, self._full = threading.Lock(), False
        self.notes = self._read_notes()

    def get(self, row: int, place: np.ndarray) -> bool:
        if not self._sums[row]:
            return False
        with self._lock:
            self._file.seek(row * self.size)
            if self._file.readinto(place) != self.size:
                return False
        if not self._tried[row]:
            if _checksum(place) != self._sums[row]:
                return False
            self._tried[row] = True
        return True

    def put(self, row: int, image: np.ndarray) -> None:
        if self._full:
            return
        try:
            with self._lock:
                self._file.seek(row * self.size)
                self._file.write(image)
        except OSError as error:
            self._full = True
            _say_nowhere(f"{self.folder} can't be written: {error}")
            return
        self._sums[row] = _checksum(image)
        self._tried[row] = True

    def _read_notes(self):
        try:
            found = json.loads((self.folder / NOTES).read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def note(self, **facts: Any) -> None:
        super().note(**facts)
        with contextlib.suppress(OSError):
            write_json(self.folder / NOTES, self.notes)


def _on_disk(key, title, count, shape):
    """A store below the cache folder, or none if there is no room."""
    root = cache_folder() / "decoded"
    folder = root / key
    need = count * int(np.prod(shape))
    limit = int(_number(DISK_VARIABLE, DISK) * GIB)
    try:
        if need > limit:
            _say_nowhere(
                f"The {count:,} decoded images of {title} take {need / GIB:.3g} GiB, "
                f"and {limit / GIB:.3g} GiB are allowed by {DISK_VARIABLE}"
            )
            return Nowhere()
        root.mkdir(parents=True, exist_ok=True)
        _make_room(root, folder, limit - need)
        free = (1 - SPARE) * (shutil.disk_usage(root).free + _written(folder))
        if need > free:
            _say_nowhere(
                f"The {count:,} decoded images of {title} take {need / GIB:.3g} GiB, "
                f"and {free / GIB:.3g} GiB are free for them in {root} (a tenth of "
                "what is free is left so); the environment variable "
                "KERAS_GAN_ZOO_CACHE names another place"
            )
            return Nowhere()
        store = Disk(folder, count, shape)
        store.note(title=title, count=count, shape=list(shape))
        return store
    except OSError as error:
        _say_nowhere(f"{root} can't be written: {error}")
        return Nowhere()


def _make_room(root, folder, limit):
    """Delete what was not used for longest, until the other stores are within `limit`.

    A process that still reads one goes on: an open file stays until it is closed.
    """
    others = [other for other in root.iterdir() if other != folder and other.is_dir()]
    others.sort(key=lambda other: other.stat().st_mtime)
    total = sum(map(_taken, others))
    while others and total > limit:
        total -= _taken(others[0])
        shutil.rmtree(others.pop(0), ignore_errors=True)


def _taken(folder):
    """The bytes of a store, counted as if all its images were there."""
    try:
        return (folder / "pixels").stat().st_size
    except OSError:
        return 0


def _written(folder):
    """The bytes of a store that the disk has room for already."""
    try:
        found = (folder / "pixels").stat()
    except OSError:
        return 0
    return 512 * found.st_blocks if hasattr(found, "st_blocks") else found.st_size


def _of_size(path, size, sparse=True):
    """A file of so many bytes, open for reading and writing; new if it was another."""
    mode = "r+b" if path.exists() and path.stat().st_size == size else "w+b"
    file = open(path, mode, buffering=0)  # noqa: SIM115  # it stays open
    if mode == "w+b":
        if sparse:
            file.truncate(size)
        else:  # a map of a file without its blocks ends the process on a full disk
            file.write(bytes(size))
    return file


def _checksum(image):
    return np.uint32(zlib.crc32(np.ascontiguousarray(image)) | 1)  # 0: not there


def _say_nowhere(why):
    warnings.warn(
        f"Images are decoded anew in each epoch, which takes longer: {why}.",
        stacklevel=2,
    )


def _number(variable, default):
    text = os.environ.get(variable) or default
    try:
        number = float(text)
        if not number >= 0:
            raise ValueError
    except ValueError:
        unit = "MiB" if variable == MEMORY_VARIABLE else "GiB"
        raise ValueError(
            f"The environment variable {variable} must be a number of {unit}, 0 or "
            f"more, for example {default}. Received: {variable}={text}"
        ) from None
    return number
