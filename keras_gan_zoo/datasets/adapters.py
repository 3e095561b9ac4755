"""Turns sources that batch themselves into checked NumPy batches.

tf.data, `keras.utils.PyDataset`, torch's `DataLoader`, generators: on any backend,
without importing the library that the source comes from.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.images import as_array, check_images, is_single
from keras_gan_zoo.labels import check_labels
from keras_gan_zoo.typing import ImageShape, ValueRange


def is_batched(x: Any) -> bool:
    """Whether `x` yields batches itself, and so takes no `batch_size`.

    Example:

    >>> is_batched(iter([])), is_batched([])
    (True, False)
    """
    if isinstance(x, list | tuple | dict | str | bytes | Path):
        return False
    if hasattr(x, "__array__") or hasattr(x, "shape"):
        return False
    return _is_py_dataset(x) or hasattr(x, "__iter__")


def is_one_shot(x: Any) -> bool:
    """Whether `x` is a generator or iterator, which cannot be restarted."""
    return hasattr(x, "__next__")


def iterate(
    x: Any, image_shape: ImageShape | None = None, value_range: ValueRange | None = None
) -> Iterator[np.ndarray]:
    """One pass over a source that batches itself.

    Args:
        x: tf.data.Dataset, keras.utils.PyDataset, torch DataLoader, or any iterable
            of batches. A batch is images, or a tuple whose first entry is images.
        image_shape, value_range: as in `keras_gan_zoo.images.check_images`.

    Yields:
        arrays `(n, height, width, channels)`: uint8, or float32 in [-1, 1].

    Raises:
        ValueError: no batch at all, elements that are not batches, or bad images; the
            message has the number of the batch, counted from 0.

    Example:

    >>> import numpy as np
    >>> batches = iter([(np.zeros((8, 28, 28), "uint8"), np.arange(8))])
    >>> [batch.shape for batch in iterate(batches)]
    [(8, 28, 28, 1)]
    """
    for images, _ in iterate_pairs(x, image_shape, value_range):
        yield images


def iterate_pairs(
    x: Any,
    image_shape: ImageShape | None = None,
    value_range: ValueRange | None = None,
    num_classes: int | None = None,
) -> Iterator[tuple[np.ndarray, Any]]:
    """`iterate`, but with pairs of images and labels.

    Args:
        x, image_shape, value_range: as in `iterate`.
        num_classes: int: each batch must have labels, and they are checked. With None
            labels are passed on unchecked, or are None.

    Yields:
        pairs of images, as in `iterate`, and labels.
    """
    index = -1
    for index, element in enumerate(_py_batches(x) if _is_py_dataset(x) else x):
        try:
            images, labels = _pair(element, image_shape, num_classes)
            images = as_array(images)
            if is_single(images.shape, image_shape):
                raise ValueError(
                    "The data must yield batches of images. Batch it first: "
                    "`dataset.batch(64)` for tf.data, `DataLoader(..., batch_size=64)` "
                    f"for torch. Received: elements of shape {images.shape}"
                )
            images = check_images(images, image_shape, value_range)
            if num_classes is not None:
                labels = check_labels(labels, len(images), num_classes, "labels")
        except (TypeError, ValueError) as error:
            raise ValueError(f"Batch {index} of the data: {error}") from error
        yield images, labels
    if index < 0:
        raise ValueError(
            "The data must yield at least one batch of images. A generator that has "
            "been used before is empty: create a new one. "
            f"Received: {type(x).__name__} without a batch"
        )


def _pair(element, image_shape, num_classes):
    """Images and labels, from `(x, y)`, from torch's `[x, y]` or from images alone."""
    if isinstance(element, dict):
        raise ValueError(
            "A batch must be images or a tuple (images, labels). Pick them, for "
            'example `dataset.map(lambda batch: (batch["image"], batch["label"]))`. '
            f"Received: a dict with the keys {sorted(map(str, element))}"
        )
    parts = (element,)
    if isinstance(element, tuple) and element:
        parts = element
    elif isinstance(element, list) and element:
        shape = tuple(getattr(element[0], "shape", ()))
        collated = hasattr(element[0], "detach")  # torch makes lists of tuples
        if collated or (len(shape) >= 3 and not is_single(shape, image_shape)):
            parts = element
    labels = parts[1] if len(parts) > 1 else None
    if num_classes is not None and (labels is None or len(parts) > 2):
        raise ValueError(
            "A class-conditional GAN trains on batches (images, labels). "
            f"Received: a batch of {len(parts)} parts"
        )
    return parts[0], labels


def _is_py_dataset(x):
    from keras.utils import PyDataset

    return isinstance(x, PyDataset)


def _py_batches(dataset):
    """One epoch of a PyDataset with its hooks; endless if it has no length."""
    dataset.on_epoch_begin()
    yield from dataset
    dataset.on_epoch_end()
