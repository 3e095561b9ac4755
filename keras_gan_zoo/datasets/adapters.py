"""Turns sources that batch themselves into checked NumPy batches.

tf.data, `keras.utils.PyDataset`, torch's `DataLoader`, generators: on any backend,
without importing the library that the source comes from.
"""

import collections
import itertools
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.hub_datasets import IMAGES, LABELS, is_hub_dataset
from keras_gan_zoo.image_checks import is_single
from keras_gan_zoo.images import as_array, check_images, uint8_images
from keras_gan_zoo.labels import check_labels
from keras_gan_zoo.typing import ImageShape, ValueRange


def is_batched(x: Any) -> bool:
    """Whether `x` yields batches itself, and so takes no `batch_size`.

    Example:

    >>> is_batched(iter([])), is_batched([])
    (True, False)
    """
    if isinstance(x, list | tuple | Mapping | str | bytes | Path) or is_hub_dataset(x):
        return False
    if hasattr(x, "__array__") or hasattr(x, "shape"):
        return False
    return is_py_dataset(x) or hasattr(x, "__iter__")


def is_one_shot(x: Any) -> bool:
    """Whether `x` is a generator or iterator, which cannot be restarted."""
    return hasattr(x, "__next__")


def is_py_dataset(x: Any) -> bool:
    """Whether `x` is a `keras.utils.PyDataset`."""
    from keras.utils import PyDataset

    return isinstance(x, PyDataset)


def num_batches(x: Any) -> int | None:
    """How many batches a source has; None if it does not know.

    Example:

    >>> num_batches([1, 2]), num_batches(iter([1, 2]))
    (2, None)
    """
    try:
        return x.num_batches if is_py_dataset(x) else len(x)
    except (NotImplementedError, TypeError):
        return None


def is_endless(x: Any) -> bool:
    """Whether `x` is a source that is known to have no end."""
    if is_py_dataset(x):
        return num_batches(x) is None
    return hasattr(x, "cardinality") and int(x.cardinality()) == -1  # tf.data


def iterate(
    x: Any,
    image_shape: ImageShape | None = None,
    value_range: ValueRange | None = None,
    as_uint8: bool = False,
) -> Iterator[np.ndarray]:
    """One pass over a source that batches itself.

    Args:
        x: tf.data.Dataset, keras.utils.PyDataset, torch DataLoader, or any iterable
            of batches. A batch is images, a tuple whose first entry is images, or a
            dict with `image` and perhaps `label`.
        image_shape, value_range: as in `keras_gan_zoo.images.check_images`.
        as_uint8: bool: round floats in `value_range` to uint8.

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
    pairs = iterate_pairs(x, image_shape, value_range, as_uint8=as_uint8)
    for images, _ in pairs:
        yield images


def iterate_pairs(
    x: Any,
    image_shape: ImageShape | None = None,
    value_range: ValueRange | None = None,
    num_classes: int | None = None,
    order: Iterable[int] | None = None,
    as_uint8: bool = False,
    weights: bool = False,
) -> Iterator[tuple[np.ndarray, Any]]:
    """`iterate`, but with pairs of images and labels.

    Args:
        x, image_shape, value_range, as_uint8: as in `iterate`.
        num_classes: int: each batch must have labels, and they are checked. With None
            labels are passed on unchecked, or are None.
        order: for a `PyDataset`, the numbers of its batches, in the order in which
            they are read.
        weights: bool: a third part of a batch, which to Keras is sample weights, is
            refused, not passed over.

    Yields:
        pairs of images, as in `iterate`, and labels.
    """
    index = -1
    for index, element in enumerate(_py_batches(x, order) if is_py_dataset(x) else x):
        try:
            images, labels = _pair(element, image_shape, num_classes, weights)
            images = as_array(images)
            if is_single(images.shape, image_shape):
                raise ValueError(
                    "The data must yield batches of images. Batch it first: "
                    "`dataset.batch(64)` for tf.data, `DataLoader(..., batch_size=64)` "
                    f"for torch. Received: elements of shape {images.shape}"
                )
            if as_uint8:
                images = uint8_images(images, value_range)
            else:
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


def _pair(element, image_shape, num_classes, weights):
    """Images and labels, from `(x, y)`, from torch's `[x, y]` or from images alone."""
    if isinstance(element, dict):
        element = _parts_of_dict(element)
    parts = (element,)
    if isinstance(element, tuple) and element:
        parts = element
    elif isinstance(element, list) and element:
        shape = tuple(getattr(element[0], "shape", ()))
        collated = hasattr(element[0], "detach")  # torch makes lists of tuples
        if collated or (len(shape) >= 3 and not is_single(shape, image_shape)):
            parts = element
    labels = parts[1] if len(parts) > 1 else None
    if weights and len(parts) > 2 and parts[2] is not None:
        raise ValueError(
            "A batch must be images or a tuple (images, labels): a GAN's losses give "
            "all images the same weight. Pick them, for example "
            "`dataset.map(lambda images, labels, weights: (images, labels))`. "
            f"Received: a batch of {len(parts)} parts"
        )
    if num_classes is not None and (labels is None or len(parts) > 2):
        raise ValueError(
            "A class-conditional GAN trains on batches (images, labels). "
            f"Received: a batch of {len(parts)} parts"
        )
    return parts[0], labels


def _parts_of_dict(element):
    """`{"image": x, "label": y}`, as of TFDS and the Hub's data sets, as a tuple."""
    images = [key for key in element if key in IMAGES]
    labels = [key for key in element if key in LABELS]
    if len(images) != 1 or len(labels) > 1:
        raise ValueError(
            "A batch must be images, a tuple (images, labels), or a dict with `image` "
            "and `label`. Pick them, for example "
            '`dataset.map(lambda batch: (batch["picture"], batch["class"]))`. '
            f"Received: a dict with the keys {sorted(map(str, element))}"
        )
    return tuple(element[key] for key in (*images, *labels))


def _py_batches(dataset, order):
    """One epoch of a PyDataset, with its hooks; endless if it has no length."""
    if order is None:
        count = num_batches(dataset)
        order = itertools.count() if count is None else range(count)
    dataset.on_epoch_begin()
    if dataset.workers > 1 or (dataset.workers and dataset.use_multiprocessing):
        yield from _in_parallel(dataset, order)
    else:
        for index in order:
            yield dataset[index]
    dataset.on_epoch_end()


def _in_parallel(dataset, order):
    """The batches in their order, made by a PyDataset's own number of workers."""
    pool, read = ThreadPoolExecutor(dataset.workers), dataset.__getitem__
    if dataset.use_multiprocessing:
        pool = ProcessPoolExecutor(dataset.workers, None, _keep, (dataset,))
        read = _read_kept
    waiting = collections.deque()
    try:
        for index in order:
            waiting.append(pool.submit(read, index))
            if len(waiting) >= max(dataset.workers, dataset.max_queue_size):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _keep(dataset):
    """Called once in each worker process."""
    global _kept
    _kept = dataset


def _read_kept(index):
    return _kept[index]
