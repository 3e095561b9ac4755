"""Named data sets, image folders and the bundled digits."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from keras_gan_zoo.datasets import array_files
from keras_gan_zoo.datasets.array_files import is_array_file
from keras_gan_zoo.datasets.catalogue import CATALOGUE, Dataset, load_named
from keras_gan_zoo.datasets.folders import (
    SPLITS,
    class_names,
    folder_sizes,
    select_files,
)
from keras_gan_zoo.datasets.gathering import gather
from keras_gan_zoo.datasets.hub_datasets import is_hub_dataset, load_hub_dataset
from keras_gan_zoo.datasets.image_folder import (
    ON_ERROR,
    ImageFolder,
    check_on_error,
    folder_shape,
    load_folder,
)
from keras_gan_zoo.datasets.lazy_images import LazyImages
from keras_gan_zoo.datasets.names import find, is_folder, split_name, text_of
from keras_gan_zoo.datasets.preparation import ImagePreparation, preparation_of
from keras_gan_zoo.datasets.splits import count_shared
from keras_gan_zoo.datasets.streaming import Opened, open_folder, open_zip
from keras_gan_zoo.images import check_images, uint8_images
from keras_gan_zoo.typing import ImageShape, PathLike, ValueRange

__all__ = [
    "CATALOGUE",
    "ON_ERROR",
    "SPLITS",
    "Dataset",
    "ImageFolder",
    "ImagePreparation",
    "LazyImages",
    "Opened",
    "as_uint8",
    "check_on_error",
    "count_shared",
    "fingerprint",
    "gather",
    "image_shape",
    "is_array_file",
    "is_folder",
    "is_hub_dataset",
    "label_names",
    "load",
    "load_folder",
    "load_hub_dataset",
    "num_classes",
    "open_images",
    "read",
    "split_name",
    "split_sizes",
    "text_of",
]


PART = 2**24  # bytes that are hashed at once


def load(
    name: Any,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
    **options: Any,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Load a data set by name, a folder of images, or a file of them.

    The full data sets come from the folder that the environment variable
    `KERAS_GAN_ZOO_DATA` names (`mnist.npz`, `fashion_mnist.npz`, `cifar10.npz`,
    `cifar10_jpeg.tar.gz`, `emoji32.npz`), or are downloaded by `keras.datasets`.
    `"digits"`, a part of MNIST's training set, ships with the package.

    Args:
        name: a key of `CATALOGUE` or the path of a folder, of a zip file of one, or of
            an `.npy` or `.npz` file, with a split if you like: `"mnist:test"`; or a
            `datasets.Dataset` of the Hugging Face Hub, which is one split. Text that is
            a key means the data set: a folder of that name is `"./mnist"` or a `Path`.
        split: in TFDS notation: `"train"`, `"test"`, `"train[:55000]"`,
            `"train[10%:20%]"`, `"train+test"`; None for all.
        on_error: `"raise"` an error that names all files of a folder that can't be
            used, or `"skip"` them.
        preparation: `ImagePreparation`: what is done to the images.
        **options: instead of it, its arguments, such as `image_size=64`.

    Returns:
        `(images, labels)`: uint8 `(n, height, width, channels)`, and int64 `(n,)`, or
        None if there are no classes. The images of a file are as they are in it.

    Raises:
        ValueError: unknown name or split, no such folder, bad files.
        MemoryError: a folder's images would not fit into memory.
        ConnectionError: the download failed.

    Example:

    >>> images, labels = load("digits", "train[:100]")
    >>> images.shape, labels.shape
    ((100, 28, 28, 1), (100,))
    """
    preparation = preparation_of(preparation, options)
    if is_hub_dataset(name):
        images, labels, _ = load_hub_dataset(name, on_error, preparation)
        return images, labels
    found, split = find(name, split)
    if found in CATALOGUE:
        return preparation.arrays(*load_named(found, split))
    if is_array_file(found):
        return array_files.load_file(found, split, on_error, preparation)
    return load_folder(found, split, on_error, preparation)


def open_images(
    name: Any,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
    memory: float | None = None,
    verbose: bool | int | str = 1,
    **options: Any,
) -> Opened:
    """`load`, but the images of a folder are only decoded as they are read.

    So it returns at once, and takes no more memory than is said. `fit`, `evaluate` and
    `score` do the same with the name of a folder.

    Args:
        name: see `load`, or an `ImageFolder`, which has its own settings.
        split, on_error, preparation, **options: see `load`.
        memory: float, the MiB of a folder's decoded images that may be in memory; by
            default the environment variable `KERAS_GAN_ZOO_MEMORY`, or 256. Those of a
            larger folder are kept in a file in the cache folder, which the next run
            finds, if it takes no more than `KERAS_GAN_ZOO_DISK` GiB, or 100; else each
            is decoded whenever it is needed, which a warning says.
        verbose: 0, or 1 for a bar while many files are looked at.

    Returns:
        `(images, labels, label_names)`: an array, or for folders `LazyImages`, which
        read like one; int64 `(n,)` or None; tuple of str or None. `fit(images, labels)`
        and `score(images)` take them.

    Raises:
        ValueError: see `load`; `images` raise it too, for files that can't be decoded.

    Example:

    >>> images, labels, names = open_images("digits", "train[:100]")
    >>> images.shape, names[:3]
    ((100, 28, 28, 1), ('0', '1', '2'))
    """
    preparation = preparation_of(preparation, options)
    if isinstance(name, ImageFolder):
        return open_folder(name, memory)
    if is_hub_dataset(name):
        return Opened(*load_hub_dataset(name, on_error, preparation))
    found, split = find(name, split)
    settings: dict[str, Any] = {
        "split": split,
        "on_error": on_error,
        "preparation": preparation,
    }
    if found in CATALOGUE or (is_array_file(found) and not _is_zip(found)):
        return Opened(*load(found, **settings), label_names(found, split, on_error))
    if _is_zip(found):
        return open_zip(found, memory, verbose=verbose, **settings)
    return open_folder(ImageFolder(found, verbose=verbose, **settings), memory)


def _is_zip(path):
    return os.path.isfile(path) and os.fspath(path).lower().endswith(".zip")


def label_names(
    name: PathLike, split: str | None = "train", on_error: str = "raise"
) -> tuple[str, ...] | None:
    """The names of a data set's classes, without loading it.

    Args:
        name, split, on_error: see `load`.

    Returns:
        tuple of str, in the order of the labels; those of an image folder are the
        names of its sub-folders, or what its metadata file says; those of an `.npz`
        file are its labels, if they are text. None if there are no classes, or if they
        are numbers in an `.npz` or metadata file.

    Raises:
        ValueError: unknown name, or no such folder.

    Example:

    >>> label_names("fashion_mnist")[:3]
    ('t-shirt/top', 'trouser', 'pullover')
    """
    found, split = find(name, split)
    if found in CATALOGUE:
        return CATALOGUE[found].label_names
    if is_array_file(found):
        return array_files.label_names(found, split, on_error)
    return class_names(found, split, on_error == "skip")


def num_classes(
    name: PathLike, split: str | None = "train", on_error: str = "raise"
) -> int | None:
    """The number of classes of a data set, without decoding it; None without classes.

    Where classes are numbers, it is the highest and one more.

    Args:
        name, split, on_error: see `load`.

    Example:

    >>> num_classes("digits")
    10
    """
    names = label_names(name, split, on_error)
    if names is not None:
        return len(names)
    found, split = find(name, split)
    labels = None
    if is_array_file(found):
        labels = array_files.labels(found, split, on_error)
    elif found not in CATALOGUE:
        labels = select_files(found, split, on_error == "skip").labels
    return None if labels is None else int(max(labels)) + 1


def image_shape(
    name: PathLike,
    split: str | None = "train",
    on_error: str = "raise",
    preparation: ImagePreparation | None = None,
) -> ImageShape:
    """The `(height, width, channels)` of a data set's images, without decoding them.

    Args:
        name, split, on_error, preparation: see `load`.

    Raises:
        ValueError: unknown name, no such folder, or images of different sizes.

    Example:

    >>> image_shape("digits")
    (28, 28, 1)
    """
    found, split = find(name, split)
    if found in CATALOGUE:
        return preparation_of(preparation).shape_of(CATALOGUE[found].image_shape)
    if is_array_file(found):
        return array_files.image_shape(found, split, on_error, preparation)
    return folder_shape(found, split, on_error, preparation)


def split_sizes(name: PathLike) -> dict[str, int]:
    """The number of images in each split of a data set, without loading it.

    Example:

    >>> split_sizes("digits")
    {'train': 9000, 'test': 1000}
    """
    found, _ = find(name, None)
    if found in CATALOGUE:
        return dict(CATALOGUE[found].splits)
    return (array_files.sizes if is_array_file(found) else folder_sizes)(found)


def fingerprint(images: Any) -> str:
    """The sha256 (hex) of the shape and the pixels of uint8 images.

    `LazyImages` are read in parts. Of those that are kept on disk it is kept too.

    Example:

    >>> images, _ = load("digits", "test[:2]")
    >>> fingerprint(images) == fingerprint(images[..., 0])
    True
    """
    if isinstance(images, LazyImages):
        return images.remembered("sha256", lambda: _sha256(images))
    images = check_images(images, value_range=(0, 255))
    if images.dtype != np.uint8:
        raise ValueError(
            "`fingerprint` takes uint8 images. "
            f"Received: images of shape {images.shape} and dtype float"
        )
    return _sha256(images)


def _sha256(images):
    digest = hashlib.sha256(repr(images.shape).encode())
    step = max(PART // int(np.prod(images.shape[1:])), 1)
    parts = [slice(start, start + step) for start in range(0, len(images), step)]
    for part in read(images, parts):
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def as_uint8(images: Any, value_range: ValueRange | None = None) -> Any:
    """`keras_gan_zoo.images.uint8_images`, or `LazyImages` as they are."""
    lazy = isinstance(images, LazyImages)
    return images if lazy else uint8_images(images, value_range)


def read(images: Any, batches: Iterable[Any]) -> Iterator[np.ndarray]:
    """One selection of rows after another of an array, or of `LazyImages`.

    Example:

    >>> [part.tolist() for part in read(np.array([1, 2, 3]), [slice(2), [2]])]
    [[1, 2], [3]]
    """
    if isinstance(images, LazyImages):
        return images.read(batches)
    return (images[rows] for rows in batches)
