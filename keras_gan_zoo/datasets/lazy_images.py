"""Images of files as an array: decoded as they are read, ahead of the reader, and once.

Threads do it, since Pillow decodes outside of Python's lock. Images below 128x128 have
one thread: two take longer together, as most of the time is spent in Python.
"""

import hashlib
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from keras_gan_zoo.datasets.image_files import listed
from keras_gan_zoo.datasets.memory import empty_images
from keras_gan_zoo.datasets.stores import store_of
from keras_gan_zoo.machine import cpus
from keras_gan_zoo.typing import ImageShape

CHUNK = 8  # images that a thread is given at once
AHEAD, AHEAD_BYTES = 16, 32 * 2**20  # batches, and their bytes, that wait for a reader
SMALL = 128 * 128  # pixels


class LazyImages:
    """The images of files, which read like an array.

    `images[7]`, `images[2:5]` and `images[[3, 1]]` are NumPy arrays, and so are all of
    them by `np.asarray(images)`. What was decoded is kept in memory or, if that is too
    much, in a file: see `keras_gan_zoo.datasets.stores.store_of`.

    Args:
        decode: function of an image's number that returns it, uint8 of `shape`, or
            raises a `ValueError` that names its file.
        count: int, the number of images.
        shape: `(height, width, channels)` of each image.
        key: str, which differs if any pixel may.
        title: str, what to call the images.
        skip: bool: an image that can't be decoded is no error: the next one that can
            be takes its place, which a warning says.
        memory: float, the MiB of them that may be in memory, see `store_of`.
        rows: int array, the numbers of those that are seen, in their order; None for
            all.
        labels: int array `(count,)`, or None: what takes an image's place has its
            label, if any has.
        copies: int, how often each file is among them, all files each time: 2 if they
            are mirrored too.

    Raises:
        ValueError: when they are read: files that can't be decoded.
    """

    dtype, ndim = np.dtype("uint8"), 4

    def __init__(
        self,
        decode: Callable[[int], np.ndarray],
        count: int,
        shape: ImageShape,
        key: str,
        title: str = "a folder",
        skip: bool = False,
        memory: float | None = None,
        rows: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        copies: int = 1,
    ) -> None:
        self._given = (decode, count, shape, key, title, skip, memory)
        self._rows = np.arange(count) if rows is None else rows
        self._labels, self._copies = labels, copies
        self._lost: set[str] = set()
        self._instead: dict[int, int] = {}
        self._workers: ThreadPoolExecutor | None = None
        self.store = store_of(key, title, count, shape, memory)

    def __reduce__(self) -> Any:
        """What was decoded, and the threads, stay behind."""
        return LazyImages, (*self._given, self._rows, self._labels, self._copies)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(n, height, width, channels)`."""
        return (len(self._rows), *self._given[2])

    @property
    def size(self) -> int:
        """The number of values."""
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def sources(self) -> np.ndarray:
        """The number of each image's file: that of an image and its mirror is one."""
        return self._rows % (self._given[1] // self._copies)

    def select(self, rows: Any) -> "LazyImages":
        """Some of the images, a slice or an array of rows; nothing is decoded."""
        return LazyImages(*self._given, self._rows[rows], self._labels, self._copies)

    def __getitem__(self, rows: Any) -> np.ndarray:
        if np.ndim(rows) == 0 and not isinstance(rows, slice):
            return self[[rows]][0]
        if self.store.whole:
            return self.store.images[self._rows[rows]]
        return self._finish(self._begin(self._rows[rows]))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        images = empty_images(len(self), self._given[2])
        for start in range(0, len(self), 1024):
            rows = slice(start, start + 1024)
            self._finish(self._begin(self._rows[rows], images[rows]))
        return images if dtype is None else images.astype(dtype, copy=False)

    def read(self, batches: Iterable[Any]) -> Iterator[np.ndarray]:
        """The images of one array of rows after another, decoded ahead of the reader.

        Example:

        >>> decode = lambda number: np.full((8, 8, 1), number, "uint8")
        >>> images = LazyImages(decode, 3, (8, 8, 1), key="example")
        >>> [batch.max(axis=(1, 2, 3)) for batch in images.read([[0, 2], [1]])]
        [array([0, 2], dtype=uint8), array([1], dtype=uint8)]
        """
        waiting: deque[_Batch] = deque()
        try:
            for rows in batches:
                if self.store.whole and not waiting:
                    yield self[rows]
                    continue
                waiting.append(self._begin(self._rows[rows]))
                taken = sum(batch.images.nbytes for batch in waiting)
                if len(waiting) > AHEAD or taken > AHEAD_BYTES:
                    yield self._finish(waiting.popleft())
            while waiting:
                yield self._finish(waiting.popleft())
        finally:
            for batch in waiting:
                for future in batch.futures:
                    future.cancel()

    def remembered(self, what: str, compute: Callable[[], Any]) -> Any:
        """A fact about the images, ready for JSON, which their store remembers."""
        name = (
            f"{what} {hashlib.sha256(self._rows.astype('<i8').tobytes()).hexdigest()}"
        )
        known = self.store.notes
        if name not in known:
            known = {name: compute()}
            if not self._lost:
                self.store.note(**known)
        return known[name]

    def _begin(self, rows, images=None):
        """Have threads fill an array with some of the images."""
        height, width, _ = image = self.shape[1:]
        if self._workers is None:
            many = height * width >= SMALL
            self._workers = ThreadPoolExecutor(
                min(cpus(), 16) if many else 1, "decoding"
            )
        if images is None:
            images = np.empty((len(rows), *image), "uint8")
        futures = [
            self._workers.submit(self._fill, i, rows[i : i + CHUNK], images)
            for i in range(0, len(rows), CHUNK)
        ]
        return _Batch(rows, images, futures)

    def _fill(self, start, rows, images):
        """Read or decode images; returns a dict of place -> why it can't be done."""
        decode, faults = self._given[0], {}
        for place, row in enumerate(rows.tolist(), start):
            if self.store.get(row, images[place]):
                continue
            try:
                images[place] = decode(row)
            except ValueError as error:
                faults[place] = str(error)
            else:
                self.store.put(row, images[place])
        return faults

    def _finish(self, batch):
        """The images of a batch, once they are all there."""
        faults: dict[int, str] = {}
        for future in batch.futures:
            faults |= future.result()
        if faults and not self._given[5]:
            raise _undecodable(faults.values())
        lost = []
        for place, fault in faults.items():
            image = batch.images[place : place + 1]
            lost += self._replace(batch.rows[place], image, fault)
        self._say_lost(lost)
        return batch.images

    def _replace(self, row, image, fault):
        """Put another image in the place of one; returns why which can't be decoded."""
        faults = [fault]
        for other in self._others(row):
            found = self._fill(0, np.array([other]), image)
            if not found:
                self._instead[row] = other
                return faults
            faults += found.values()
        raise _undecodable(faults)

    def _others(self, row):
        """What may take an image's place: those behind it, then those before it.

        So it depends on nothing else, such as what they are read with. Those with the
        same label are first.
        """
        if row in self._instead:
            yield self._instead[row]
        at = int(np.flatnonzero(self._rows == row)[0])
        others = np.roll(self._rows, -at)[1:]
        if self._labels is not None:
            unlike = self._labels[others] != self._labels[row]
            others = others[np.argsort(unlike, kind="stable")]
        yield from others.tolist()

    def _say_lost(self, faults):
        new = set(faults) - self._lost
        self._lost |= new
        if new:
            warnings.warn(
                f"{len(self._lost):,} image(s) of {self._given[4]} could not be "
                f"decoded, and others take their place: {listed(sorted(new))}",
                stacklevel=3,
            )


def _undecodable(faults):
    return ValueError(
        "Every image file must be complete and readable. Repair or delete what is not, "
        f"or leave it out. Received: {listed(faults)}"
    )


class _Batch(NamedTuple):
    """Images that are being decoded."""

    rows: np.ndarray
    images: np.ndarray
    futures: list[Future]
