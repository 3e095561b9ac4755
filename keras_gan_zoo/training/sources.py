"""Turns what `fit` and `evaluate` are given into batches, one per iteration."""

import os
import warnings
from typing import Any

import numpy as np

from keras_gan_zoo import datasets, images
from keras_gan_zoo.datasets import adapters
from keras_gan_zoo.labels import check_labels, renumber
from keras_gan_zoo.training.batches import ImageBatches
from keras_gan_zoo.typing import ValueRange

NO_LABELS = (
    "This GAN is unconditional: it trains on the images, and the labels are not used. "
    "A conditional one, such as `ProjectionGAN`, takes them."
)


def batches_of(
    gan: Any,
    x: Any,
    y: Any = None,
    batch_size: int | None = None,
    value_range: ValueRange | None = None,
    critic_steps: int = 1,
    seed: int | None = None,
    steps: int | None = None,
) -> ImageBatches:
    """Turn what a user passes as `x` and `y` into batches.

    Args:
        gan: `GAN`, for its image shape and classes.
        x, y, batch_size, value_range: as in `GAN.fit`.
        critic_steps: int, updates that share a batch.
        seed: int or None: the seed of the order; None does not shuffle.
        steps: int or None, batches per epoch.

    Returns:
        `ImageBatches`.

    Raises:
        ValueError: images or labels that the GAN can't be trained on.
    """
    if not adapters.is_batched(x):
        size = 32 if batch_size is None else batch_size
        if size < 1:
            raise ValueError(
                f"`batch_size` must be 1 or more. Received: batch_size={batch_size}"
            )
        arrays = read_arrays(gan, x, y, value_range)
        return ImageBatches.from_arrays(arrays, size, critic_steps, seed, steps)
    if y is not None:
        raise ValueError(
            "`y` is for arrays of images; a data set yields pairs (images, labels). "
            f"Received: x of type {type(x).__name__}, y of type {type(y).__name__}"
        )
    if batch_size is not None:
        raise ValueError(
            "`batch_size` is for arrays and folders; a data set batches itself, "
            "and each of its batches is what one update sees. "
            f"Received: batch_size={batch_size} and x of type {type(x).__name__}"
        )
    one_shot = adapters.is_one_shot(x)
    if one_shot and steps is None:
        raise ValueError(
            "A generator can be read only once, so `fit` needs "
            "`steps_per_epoch` (and `evaluate` needs `steps`). "
            f"Received: x of type {type(x).__name__}"
        )

    def iterate():
        for found, labels in adapters.iterate_pairs(
            x, gan.image_shape, value_range, gan.num_classes
        ):
            if gan.num_classes is not None:
                yield found, labels
                continue
            if labels is not None:
                say_unused_labels(gan)
            yield (found,)

    return ImageBatches.from_batches(iterate, critic_steps, steps, one_shot, _length(x))


def read_arrays(
    gan: Any, x: Any, y: Any = None, value_range: ValueRange | None = None
) -> tuple[np.ndarray, ...]:
    """Read an array, a folder or a named data set.

    Returns:
        `(images,)` or `(images, labels)`.
    """
    if isinstance(x, (str, os.PathLike)):
        if y is not None:
            raise ValueError(
                "The labels of a folder or a named data set come with it; `y` is for "
                f"arrays. Received: x={str(x)!r}, y of type {type(y).__name__}"
            )
        name, split = datasets.split_name(x)
        x, y = datasets.load(name, split)
        y = y if gan.num_classes is not None else None
        y = renumber(y, datasets.label_names(name, split), gan.label_names)
    x = images.check_images(x, gan.image_shape, value_range)
    if gan.num_classes is None:
        if y is not None:
            say_unused_labels(gan)
        return (x,)
    if y is None:
        raise ValueError(
            f"This GAN has {gan.num_classes} classes, so it trains on images and "
            "labels: `fit(images, labels)`, a data set of pairs, or a folder with a "
            "sub-folder for each class. Received: no labels"
        )
    return x, check_labels(y, len(x), gan.num_classes)


def split_off(
    arrays: tuple[np.ndarray, ...], share: float
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Split arrays before their last `share`, as Keras' `validation_split` does."""
    count = len(arrays[0])
    cut = count - int(count * share)
    return tuple(a[:cut] for a in arrays), tuple(a[cut:] for a in arrays)


def as_pair(data: Any) -> tuple[Any, Any]:
    """Validation data as Keras takes them: `x`, or a tuple `(x, y)`."""
    if isinstance(data, tuple):
        if len(data) not in (1, 2):
            raise ValueError(
                "`validation_data` must be images, a data set, or a tuple (images, "
                f"labels). Received: a tuple of {len(data)} entries"
            )
        return data if len(data) == 2 else (data[0], None)
    return data, None


def say_unused_labels(gan: Any) -> None:
    """Warn once per model: Keras users often pass data sets of pairs."""
    if not gan._said_unused_labels:
        gan._said_unused_labels = True
        warnings.warn(NO_LABELS, stacklevel=2)


def _length(batches):
    """How many batches a source has; None if it doesn't know."""
    try:
        return len(batches)
    except TypeError:
        return None
