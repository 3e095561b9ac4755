"""Sources that batch themselves -> checked NumPy batches.

tf.data, `keras.utils.PyDataset`, torch's `DataLoader`, generators: on any backend,
without importing the library that the source comes from.
"""

from pathlib import Path

from keras_gan_zoo.images import as_array, check_images, is_single


def is_batched(x):
    """Whether `x` yields batches itself (and so refuses `batch_size`).

    Example:

    >>> is_batched(iter([])), is_batched([])
    (True, False)
    """
    if isinstance(x, list | tuple | dict | str | bytes | Path):
        return False
    if hasattr(x, "__array__") or hasattr(x, "shape"):
        return False
    return _is_py_dataset(x) or hasattr(x, "__iter__")


def is_one_shot(x):
    """Whether `x` is a generator or iterator: it cannot be started again."""
    return hasattr(x, "__next__")


def iterate(x, image_shape=None, value_range=None):
    """One pass over a source that batches itself.

    Args:
        x: tf.data.Dataset, keras.utils.PyDataset, torch DataLoader, or any iterable
            of batches. A batch is images, or a tuple whose first entry is.
        image_shape, value_range: as in `keras_gan_zoo.images.check_images`.

    Yields:
        arrays `(n, height, width, channels)`: uint8, or float32 in [-1, 1].

    Raises:
        ValueError: no batch at all, elements that are not batches, bad images; with
            the number of the batch, counted from 0.

    Example:

    >>> import numpy as np
    >>> batches = iter([(np.zeros((8, 28, 28), "uint8"), np.arange(8))])
    >>> [batch.shape for batch in iterate(batches)]
    [(8, 28, 28, 1)]
    """
    index = -1
    for index, element in enumerate(_py_batches(x) if _is_py_dataset(x) else x):
        try:
            images = as_array(_images_of(element, image_shape))
            if is_single(images.shape, image_shape):
                raise ValueError(
                    "The data must yield batches of images. Batch it first: "
                    "`dataset.batch(64)` for tf.data, `DataLoader(..., batch_size=64)` "
                    f"for torch. Received: elements of shape {images.shape}"
                )
            images = check_images(images, image_shape, value_range)
        except (TypeError, ValueError) as error:
            raise ValueError(f"Batch {index} of the data: {error}") from error
        yield images
    if index < 0:
        raise ValueError(
            "The data must yield at least one batch of images. A generator that was "
            "used before is empty: make a new one. "
            f"Received: {type(x).__name__} without a batch"
        )


def _images_of(element, image_shape):
    """The images of `element`: of `(x, y)`, of torch's `[x, y]`, of images alone."""
    if isinstance(element, dict):
        raise ValueError(
            "A batch must be images or a tuple (images, labels). Pick the images, for "
            'example `dataset.map(lambda batch: batch["image"])`. '
            f"Received: a dict with the keys {sorted(map(str, element))}"
        )
    if isinstance(element, tuple) and element:
        return element[0]
    if isinstance(element, list) and element:
        shape = tuple(getattr(element[0], "shape", ()))
        collated = hasattr(element[0], "detach")  # torch makes lists of tuples
        if collated or (len(shape) >= 3 and not is_single(shape, image_shape)):
            return element[0]
    return element


def _is_py_dataset(x):
    from keras.utils import PyDataset

    return isinstance(x, PyDataset)


def _py_batches(dataset):
    """One epoch of a PyDataset with its hooks; endless if it has no length."""
    dataset.on_epoch_begin()
    yield from dataset
    dataset.on_epoch_end()
