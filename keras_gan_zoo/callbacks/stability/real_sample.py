"""A sample of the images that a `fit` sees, small enough to be compared with."""

import numpy as np

from keras_gan_zoo.images import block_means

SIDE = 32  # of the largest image that is compared as it is


class RealSample:
    """A random sample of small images, and of their labels, from batches that pass by.

    Every image of a pass is in it with the same probability (Vitter 1985, algorithm R).

    Args:
        size: int, the most images that are kept.
        seed: int, of what is drawn.

    Example:

    >>> import numpy as np
    >>> sample = RealSample(size=2)
    >>> sample.add((np.zeros((5, 64, 64, 3), "uint8"),))
    >>> sample.images.shape, sample.seen
    ((2, 32, 32, 3), 5)
    """

    def __init__(self, size: int = 2048, seed: int = 0) -> None:
        self.size, self.seen = size, 0
        self._rng = np.random.default_rng(seed)
        self._images: list[np.ndarray] = []
        self._labels: list[int] = []

    @property
    def images(self) -> np.ndarray:
        """float32 `(n, height, width, channels)` in [-1, 1]."""
        return np.stack(self._images)

    @property
    def labels(self) -> np.ndarray | None:
        """`(n,)`, or None if the batches have none."""
        return np.array(self._labels) if self._labels else None

    def __len__(self) -> int:
        return len(self._images)

    def add(self, batch: tuple) -> None:
        """Draw from a batch of images, uint8 or floats in [-1, 1], or of pairs."""
        images, labels = batch[0], batch[1] if len(batch) > 1 else None
        ranks = self.seen + np.arange(len(images))
        places = np.where(ranks < self.size, ranks, self._rng.integers(0, ranks + 1))
        self.seen += len(images)
        rows = np.flatnonzero(places < self.size)
        if not len(rows):
            return
        for row, image in zip(rows, small(images[rows]), strict=True):
            place = places[row]
            if place == len(self._images):
                self._images.append(image)
            else:
                self._images[place] = image
            if labels is not None:
                self._labels[place : place + 1] = [int(labels[row])]


def small(images: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Images as float32 in [-1, 1], as means of blocks if they are larger than `side`.

    Args:
        images: `(n, height, width, channels)`, uint8 or floats in [-1, 1].
        side: int, the longest side that stays as it is.

    Example:

    >>> import numpy as np
    >>> small(np.full((1, 80, 40, 1), 255, "uint8")).shape
    (1, 26, 13, 1)
    """
    return block_means(images, side)
