"""The images of a folder, or of a zip file of one, as `LazyImages`."""

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from keras_gan_zoo.datasets.array_files import unzipped
from keras_gan_zoo.datasets.image_folder import ImageFolder
from keras_gan_zoo.datasets.lazy_images import LazyImages
from keras_gan_zoo.typing import PathLike


class Opened(NamedTuple):
    """A data set that is read as it is needed.

    Args:
        images: `LazyImages` of a folder or a zip file of one, else an array.
        labels: int array `(n,)`, or None.
        label_names: tuple of str, or None.
    """

    images: Any
    labels: np.ndarray | None
    label_names: tuple[str, ...] | None


def open_folder(folder: ImageFolder, memory: float | None = None) -> Opened:
    """The images of a folder, each decoded when it is first read.

    Args:
        folder: `ImageFolder`.
        memory: float, the MiB of decoded images that may be in memory, see
            `keras_gan_zoo.datasets.stores.store_of`.
    """
    return _opened(folder, folder.read, folder.files, memory)


def open_zip(path: PathLike, memory: float | None = None, **kwargs: Any) -> Opened:
    """`open_folder` of what is in a zip file, unpacked for as long as it is used.

    Args:
        path: the zip file.
        memory: see `open_folder`.
        **kwargs: see `ImageFolder`.
    """
    path = Path(path)
    with contextlib.ExitStack() as stack:
        unpacked = stack.enter_context(unzipped(path))
        folder = ImageFolder(unpacked, called=path, **kwargs)
        kept = _Kept(stack.pop_all(), str(unpacked))
    names = [os.path.relpath(file, unpacked) for file in folder.files]
    read = functools.partial(_read_unpacked, folder.read, kept, path)
    return _opened(folder, read, [path], memory, names)


def _opened(
    folder: ImageFolder,
    read: Callable[[int], np.ndarray],
    files: Iterable[PathLike],
    memory: float | None,
    *facts: Any,
) -> Opened:
    labels = folder.labels
    if labels is not None and len(folder) > len(labels):  # each is mirrored too
        labels = np.concatenate([labels, labels])
    images = LazyImages(
        read,
        len(folder),
        folder.image_shape,
        key_of(files, folder.preparation.get_config(), folder.mode, *facts),
        os.path.basename(os.path.abspath(folder.report.path)),
        folder.on_error == "skip",
        memory,
        labels=labels,
        copies=1 << folder.preparation.horizontal_flip,
    )
    return Opened(images, labels, folder.label_names)


def key_of(files: Iterable[PathLike], *facts: Any) -> str:
    """What differs once a file, the facts, or the version of Pillow do; 32 letters.

    A file differs if its path, its size or one of its times does.
    """
    from PIL import __version__

    digest = hashlib.sha256(repr((__version__, *facts)).encode("utf8", "replace"))
    for file in files:
        found = os.stat(file)
        times = found.st_mtime_ns, found.st_ctime_ns
        digest.update(os.fsencode(os.path.abspath(file)))
        digest.update(f"\0{found.st_size} {times}\n".encode())
    return digest.hexdigest()[:32]


class _Kept:
    """A temporary folder, deleted when nobody uses it; copies elsewhere own nothing."""

    def __init__(self, stack: contextlib.ExitStack | None, path: str) -> None:
        self._stack, self.path = stack, path

    def __reduce__(self) -> Any:
        return _Kept, (None, self.path)

    def __del__(self) -> None:
        if self._stack is not None:
            self._stack.close()


def _read_unpacked(read, kept, path, number):
    try:
        return read(number)
    except ValueError as error:  # it should name a file that there is
        raise ValueError(str(error).replace(kept.path, str(path))) from error
