"""Reads arrays, folders and named data sets for a GAN: its images and its classes."""

import contextlib
import functools
import inspect
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_gan_zoo import datasets, images
from keras_gan_zoo.labels import check_labels, renumber
from keras_gan_zoo.training.monitoring import say_once
from keras_gan_zoo.typing import ValueRange

NO_LABELS = (
    "This GAN is unconditional: it trains on the images, and the labels are not used. "
    "A conditional one, such as `ProjectionGAN`, takes them."
)

NAMED = (str, os.PathLike, datasets.ImageFolder)

LOOKED_AT = 16  # images of a folder, before training


def read_arrays(
    gan: Any,
    x: Any,
    y: Any = None,
    value_range: ValueRange | None = None,
    verbose: bool | int | str = 1,
    trains: bool = False,
) -> tuple[np.ndarray, ...]:
    """Read an array or a named data set; look through a folder.

    Args:
        gan, x, y, value_range, verbose: see `sources.batches_of`.
        trains: bool: a GAN whose classes have no names yet takes those of the data.

    Returns:
        `(images,)` or `(images, labels)`; the images of a folder are `LazyImages`.
    """
    check_given(x)
    names, called = None, "y"
    if isinstance(x, NAMED) or datasets.is_hub_dataset(x):
        if y is not None:
            name = x.path if isinstance(x, datasets.ImageFolder) else x
            raise ValueError(
                "The labels of a folder or a named data set come with it; `y` is for "
                f"arrays. Received: x={str(name)!r}, y of type {type(y).__name__}"
            )
        if isinstance(x, str | os.PathLike):
            x, y, names = datasets.open_images(*datasets.split_name(x), verbose=verbose)
        else:
            x, y, names = datasets.open_images(x)
        y = y if gan.num_classes is not None else None
        called = "labels"
    x = _check_images(x, gan.image_shape, value_range)
    if gan.num_classes is None:
        if y is not None:
            say_once(gan, NO_LABELS)
        return (x,)
    if y is None:
        raise ValueError(
            f"This GAN has {gan.num_classes} classes, so it trains on images and "
            "labels: `fit(images, labels)`, `train_on_batch(images, labels)`, a data "
            "set of pairs, or a folder with a sub-folder for each class. "
            "Received: no labels"
        )
    y = renumber(y, names, gan.label_names or gan.names_of_data)
    _check_classes(gan, y, names)
    y = check_labels(y, len(x), gan.num_classes, called)
    if trains:
        _take_names(gan, names)
    return x, y


def _check_classes(gan, labels, names):
    if names and np.max(labels, initial=0) >= gan.num_classes:
        raise ValueError(
            f"The data must have as many classes as the GAN, {gan.num_classes}, or "
            f"fewer. Build one with `num_classes={len(names)}`, or leave classes out. "
            f"Received: data with {len(names)} classes, "
            f"{', '.join(map(repr, names[:10]))}"
        )


def _take_names(gan, names):
    """Number the classes by name from now on, as the first data do."""
    if not names or gan.label_names or gan.names_of_data:
        return
    gan.names_of_data = tuple(names)
    if len(names) == gan.num_classes:
        gan.label_names = gan.names_of_data


@contextlib.contextmanager
def names_taken(gan: Any) -> Iterator[None]:
    """Names that are taken from data inside are dropped if the data are refused."""
    before = gan.label_names, gan.names_of_data
    try:
        yield
    except Exception:
        gan.label_names, gan.names_of_data = before
        raise


def _check_images(x, image_shape, value_range):
    if not isinstance(x, datasets.LazyImages):
        return images.check_images(x, image_shape, value_range)
    blank = np.broadcast_to(np.uint8(0), x.shape)
    images.check_images(blank, image_shape, value_range)
    images.check_images(x[:LOOKED_AT])  # may be all but black
    return x


def check_given(x: Any) -> None:
    """Refuse what can't be images or batches of them: nothing, a function, a class.

    Raises:
        ValueError: it is one of these.
    """
    if x is None:
        raise ValueError(
            "There are no images: pass an array, a folder, a data set's name or a data "
            "set of batches, for example `fit(images)`. Received: x=None"
        )
    if inspect.isroutine(x) or isinstance(x, functools.partial):
        raise ValueError(
            "This is a function: call it, `fit(batches(), steps_per_epoch=...)`. "
            f"Received: x={x!r}"
        )
    if inspect.isclass(x):
        raise ValueError(
            "This is a class: make an object of it, `fit(Batches(...))`. "
            f"Received: x={x!r}"
        )
