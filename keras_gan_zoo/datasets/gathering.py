"""All images of a data set that comes in batches, as one array."""

import tempfile
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.adapters import is_endless, iterate_pairs
from keras_gan_zoo.labels import read_labels
from keras_gan_zoo.typing import ValueRange

SPILL = 256 * 2**20  # bytes; more images go into a temporary file


def gather(
    x: Any, value_range: ValueRange | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Read a data set to its end; memory does not grow with it.

    Args:
        x: see `keras_gan_zoo.datasets.adapters.iterate`.
        value_range: `(black, white)` of float images.

    Returns:
        `(images, labels)`: uint8 `(n, height, width, channels)`, in a temporary file if
        they are many; int64 `(n,)`, or None unless each batch has whole numbers or
        one-hot rows as its second part.

    Raises:
        ValueError: a data set without an end, or what `iterate` raises.

    Example:

    >>> pairs = [(np.zeros((2, 8, 8, 1), "uint8"), np.array([i, i])) for i in range(3)]
    >>> images, labels = gather(iter(pairs))
    >>> images.shape, labels
    ((6, 8, 8, 1), array([0, 0, 1, 1, 2, 2]))
    """
    if is_endless(x):
        raise ValueError(
            "A data set that is read to its end must have one. Limit it, for example "
            "by `dataset.take(100)`, which are batches. "
            f"Received: {type(x).__name__} without an end"
        )
    labels: list[Any] = []
    shape: Any = None
    with tempfile.SpooledTemporaryFile(SPILL) as file:  # a map keeps it alive
        for images, found in iterate_pairs(x, value_range=value_range, as_uint8=True):
            if shape is not None and images.shape[1:] != shape:
                raise ValueError(
                    "All images must have the same size and channels. Received: images "
                    f"of shape {shape}, then of shape {images.shape[1:]}"
                )
            shape = images.shape[1:]
            file.write(np.ascontiguousarray(images).data)
            labels.append(_numbers(found, len(images)))
        if file.tell() <= SPILL:
            file.seek(0)
            whole = np.frombuffer(bytearray(file.read()), "uint8")
        else:
            file.flush()
            whole = np.memmap(file, "uint8", "r")
    known = all(some is not None for some in labels)
    return whole.reshape(-1, *shape), np.concatenate(labels) if known else None


def _numbers(labels, n):
    """Labels as numbers; None for what does not number classes."""
    try:
        found, names = (None, None) if labels is None else read_labels(labels, n)
    except ValueError:
        return None
    return found if names is None else None
