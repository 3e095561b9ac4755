"""What is scored: a GAN, a preset, a function, arrays, files or batches of images.

A source has `length` (None if it never ends or the length is unknown), `image_shape`,
`facts` for the report, and `take(start, stop, batch_size)`, which returns its uint8
images `start` to `stop`, in any order if it `can_seek`. If its images have labels,
`labels[i]` is the label of image i.
"""

import os
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.adapters import is_batched, iterate
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.images import check_images
from keras_gan_zoo.metrics.checks import check_labels
from keras_gan_zoo.weights import weights_sha256

IN_ORDER = "repeat r: samples r * num_fake to (r + 1) * num_fake of the "


class Source:
    """What sources have in common."""

    can_seek = takes_labels = True
    length: int | None = None
    num_classes: int | None = None
    labels: Any = None
    image_shape: tuple[int, ...]
    facts: dict[str, Any]

    def set_labels(self, labels: np.ndarray, count: int) -> None:
        """Set a label for each image, or for each of the `count` that are scored."""
        expected = self.length or count
        if len(labels) != expected:
            raise ValueError(
                f"`labels` must have one for each image, {expected}. "
                f"Received: labels of length {len(labels)}"
            )
        self.labels = labels


class Generated(Source):
    """Samples of a GAN, addressed by the seed and their numbers."""

    def __init__(self, gan: Any, name: str, seed: int, use_ema: bool) -> None:
        self.gan, self.seed, self.use_ema = gan, seed, use_ema
        self.num_classes = getattr(gan, "num_classes", None)
        self.takes_labels = self.num_classes is not None
        self.image_shape = tuple(gan.image_shape)
        self.facts = {
            "source": name,
            "generator_sha256": weights_sha256(
                gan.ema_generator if use_ema else gan.generator
            ),
            "use_ema": use_ema,
            "samples": f"{IN_ORDER}seed's stream",
            "value_handling": "floor(127.5 * (x + 1) + 0.5), clipped to uint8",
        }

    def take(self, start: int, stop: int, batch_size: int) -> np.ndarray:
        """uint8 images `start` to `stop`."""
        labels = None if self.labels is None else self.labels[start:stop]
        return self.gan.generate(
            stop - start,
            labels=labels,
            seed=self.seed,
            start=start,
            use_ema=self.use_ema,
            batch_size=batch_size,
        )

    def set_labels(self, labels: np.ndarray, count: int) -> None:
        """Set the classes of the images to make."""
        num_classes: Any = self.num_classes
        if labels.min() < 0 or labels.max() >= num_classes:
            raise ValueError(
                f"`labels` must be from 0 to {num_classes - 1}, the GAN's "
                f"classes. Received: labels from {labels.min()} to {labels.max()}"
            )
        super().set_labels(labels, count)


class Stored(Source):
    """Images of an array or a folder, shuffled with the seed.

    Unshuffled, a set that is sorted by class would give each split of the Inception
    Score only one class, and its first rows would not be representative.
    """

    def __init__(self, images: Any, name: str, seed: int, labels: Any = None) -> None:
        self.images = _check_uint8(images)
        self.order = np.random.default_rng(seed).permutation(len(self.images))
        self.image_shape = self.images.shape[1:]
        self.length: int = len(self.images)
        self.facts = {
            "source": name,
            "generator_sha256": None,
            "source_fingerprint": datasets.fingerprint(self.images),
            "samples": "rows in an order drawn from the seed; "
            f"{IN_ORDER}rows in that order",
            "value_handling": "uint8 as given",
        }
        if labels is not None:
            self.set_labels(check_labels(labels, "labels"), self.length)

    def take(self, start: int, stop: int, batch_size: int) -> np.ndarray:
        """uint8 images `start` to `stop`."""
        del batch_size
        return self.images[self.order[start:stop]]

    def set_labels(self, labels: np.ndarray, count: int) -> None:
        """Set a label for each image, in the order in which the images were given."""
        super().set_labels(labels, count)
        self.labels = labels[self.order]


class Function(Source):
    """Images from a function of their numbers."""

    def __init__(self, function: Callable) -> None:
        self.function = function
        self.image_shape = self.take(0, 1, 1).shape[1:]
        name = getattr(function, "__name__", type(function).__name__)
        self.facts = {
            "source": f"function {name}",
            "generator_sha256": None,
            "samples": f"{IN_ORDER}function",
            "value_handling": "uint8 as given",
        }

    def take(self, start: int, stop: int, batch_size: int) -> np.ndarray:
        """uint8 images `start` to `stop`."""
        size = max(batch_size, 1)
        numbers = [np.arange(i, min(i + size, stop)) for i in range(start, stop, size)]
        found = [_check_uint8(self.function(some)) for some in numbers]
        if [len(images) for images in found] != [len(some) for some in numbers]:
            raise ValueError(
                "A function to score takes an array of sample numbers and returns as "
                f"many uint8 images. Received: {len(found[0])} images for "
                f"{len(numbers[0])} numbers"
            )
        return np.concatenate(found)


class Stream(Source):
    """Batches from a tf.data set, a data loader or a generator, as they come."""

    can_seek = False

    def __init__(self, batches: Any) -> None:
        self.batches = iterate(batches)
        self.waiting, self.at = next(self.batches), 0
        self.image_shape = _check_uint8(self.waiting).shape[1:]
        self.facts = {
            "source": type(batches).__name__,
            "generator_sha256": None,
            "samples": f"{IN_ORDER}batches, in the order in which they came",
            "value_handling": "uint8 as given",
        }

    def take(self, start: int, stop: int, batch_size: int) -> np.ndarray:
        """uint8 images `start` to `stop`, which must follow the previous ones."""
        del batch_size
        assert start == self.at, "a stream is read once, in order"
        while len(self.waiting) < stop - start:
            more = next(self.batches, None)
            if more is None:
                raise ValueError(
                    "The source must have as many images as are scored. Lower "
                    f"`num_images` (and `repeats`). Received: {self.facts['source']} "
                    f"that ended after {start + len(self.waiting)} images"
                )
            self.waiting = np.concatenate([self.waiting, _check_uint8(more)])
        images, self.waiting = np.split(self.waiting, [stop - start])
        self.at = stop
        return images


def get(source: Any, seed: int = 0, use_ema: bool = True) -> Source:
    """Make a source from what `score` takes.

    Args:
        source: `GAN`; the name, handle or folder of a preset; an image folder; a
            uint8 array `(n, height, width, channels)` or `(n, height, width)`, or an
            `.npz` file of one; a function of an int array of sample numbers that
            returns as many images; a tf.data set, a data loader or a generator of
            batches.
        seed: int.
        use_ema: bool: use the averaged generator of a GAN, or its raw one.
    """
    if isinstance(source, GAN):
        return Generated(source, source.name, seed, use_ema)
    if isinstance(source, str | os.PathLike):
        return _from_path(os.fspath(source), seed, use_ema)
    if is_batched(source):
        return Stream(source)
    if callable(source) and not hasattr(source, "shape"):
        return Function(source)
    return Stored(source, "array", seed)


def _from_path(path, seed, use_ema):
    name = os.path.basename(os.path.abspath(path))
    if path.endswith(".npz"):
        images, labels = _read_npz(path)
        return Stored(images, f"file {name}", seed, labels)
    is_folder = os.path.isdir(path)
    if is_folder and not os.path.exists(f"{path}/config.json"):
        images, labels = datasets.load(path, None)
        return Stored(images, f"folder {name}", seed, labels)
    gan = GAN.from_preset(path)
    return Generated(gan, name if is_folder else path, seed, use_ema)


def _read_npz(path):
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            "A file to score must be an intact `.npz` with one array of uint8 images. "
            f"Received: source={path!r}, which can't be read: {error}"
        ) from error
    labels = arrays.pop("labels", None)
    images = arrays.get("images", arrays.get("arr_0"))
    if images is None and len(arrays) == 1:
        (images,) = arrays.values()
    if images is None:
        raise ValueError(
            "An `.npz` file to score must have one array of uint8 images, or one named "
            "`images`, and their `labels` if there are any. "
            f"Received: source={path!r} with {sorted(arrays)}"
        )
    return images, labels


def _check_uint8(images):
    checked = check_images(images)
    if checked.dtype != np.uint8:
        raise ValueError(
            "Images to score must be uint8, from 0 to 255; convert with "
            "`keras_gan_zoo.images.to_uint8`. "
            f"Received: images of dtype {np.asarray(images).dtype}"
        )
    return checked
