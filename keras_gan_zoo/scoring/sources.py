"""What is scored: a GAN, a preset, a function, arrays, files or batches of images.

A source has `length` (None if it never ends or the length is unknown), `image_shape`,
`facts` for the report, and `take(start, stop, batch_size)`, which returns its uint8
images `start` to `stop`, in any order if it `can_seek`. If its images have labels,
`labels[i]` is the label of image i, and `label_names` the names of the classes, if they
have some. If it knows what to be compared with, `reference`
says it.
"""

import inspect
import os
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.adapters import is_batched, iterate
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.images import as_array, uint8_images
from keras_gan_zoo.labels import as_vector
from keras_gan_zoo.metrics.checks import check_labels
from keras_gan_zoo.presets import files, resolve
from keras_gan_zoo.presets.origin import public_name
from keras_gan_zoo.scoring.references import title_of
from keras_gan_zoo.typing import ValueRange
from keras_gan_zoo.walks import check_seed
from keras_gan_zoo.weights import weights_sha256

IN_ORDER = "repeat r: samples r * num_fake to (r + 1) * num_fake of the "


class Source:
    """What sources have in common."""

    can_seek = takes_labels = True
    length: int | None = None
    num_classes: int | None = None
    labels: Any = None
    label_names: tuple[str, ...] | None = None
    reference: str | None = None
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
        self.gan, self.seed, self.use_ema = gan, check_seed(seed), use_ema
        self.num_classes = getattr(gan, "num_classes", None)
        self.takes_labels = self.num_classes is not None
        self.label_names = getattr(gan, "label_names", None) or getattr(
            gan, "names_of_data", None
        )
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
    """Images that are there, as in an array or a folder, shuffled with the seed.

    Unshuffled, a set that is sorted by class would give each split of the Inception
    Score only one class, and its first rows would not be representative.
    """

    def __init__(
        self,
        images: Any,
        name: str,
        seed: int,
        labels: Any = None,
        value_range: ValueRange | None = None,
    ) -> None:
        if not isinstance(images, datasets.LazyImages):
            images = as_array(images)
        self.images = datasets.as_uint8(images, value_range)
        self.order = np.random.default_rng(seed).permutation(len(self.images))
        self.image_shape = self.images.shape[1:]
        self.length: int = len(self.images)
        self.facts = {
            "source": name,
            "generator_sha256": None,
            "source_fingerprint": datasets.fingerprint(self.images),
            "samples": "rows in an order drawn from the seed; "
            f"{IN_ORDER}rows in that order",
            "value_handling": handling(images, value_range),
        }
        if labels is not None:
            self.set_labels(check_labels(as_vector(labels), "labels"), self.length)

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

    def __init__(
        self, function: Callable, value_range: ValueRange | None = None
    ) -> None:
        self.function, self.value_range = function, value_range
        first = as_array(function(np.arange(1)))
        self.image_shape = self._checked([first], [1])[0].shape[1:]
        name = getattr(function, "__name__", type(function).__name__)
        self.facts = {
            "source": f"function {name}",
            "generator_sha256": None,
            "samples": f"{IN_ORDER}function",
            "value_handling": handling(first, value_range),
        }

    def take(self, start: int, stop: int, batch_size: int) -> np.ndarray:
        """uint8 images `start` to `stop`."""
        size = max(batch_size, 1)
        numbers = [np.arange(i, min(i + size, stop)) for i in range(start, stop, size)]
        found = [self.function(some) for some in numbers]
        images = self._checked(found, [len(some) for some in numbers])
        shapes = {some.shape[1:] for some in images}
        if shapes != {self.image_shape}:
            raise ValueError(
                "A function to score returns images of one size. Received: images of "
                f"shape {self.image_shape} for number 0, and then of {sorted(shapes)}"
            )
        return np.concatenate(images)

    def _checked(self, found, wanted):
        found = [uint8_images(images, self.value_range) for images in found]
        for images, count in zip(found, wanted, strict=True):
            if len(images) != count:
                raise ValueError(
                    "A function to score takes an array of sample numbers and returns "
                    f"as many images. Received: {len(images)} images for {count} "
                    "numbers"
                )
        return found


class Stream(Source):
    """Batches from a tf.data set, a data loader or a generator, as they come."""

    can_seek = False

    def __init__(self, batches: Any, value_range: ValueRange | None = None) -> None:
        self.batches = iterate(batches, value_range=value_range, as_uint8=True)
        self.waiting, self.at = next(self.batches), 0
        self.image_shape = self.waiting.shape[1:]
        self.facts = {
            "source": type(batches).__name__,
            "generator_sha256": None,
            "samples": f"{IN_ORDER}batches, in the order in which they came",
            "value_handling": handling(None, value_range),
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
            if more.shape[1:] != self.image_shape:
                raise ValueError(
                    "All images must have the same size and channels. Received: "
                    f"{self.facts['source']} with images of shape {self.image_shape}, "
                    f"then of shape {more.shape[1:]}"
                )
            self.waiting = np.concatenate([self.waiting, more])
        images, self.waiting = np.split(self.waiting, [stop - start])
        self.at = stop
        return images


def get(
    source: Any,
    seed: int = 0,
    use_ema: bool = True,
    value_range: ValueRange | None = None,
    whole: bool = False,
    verbose: bool | int | str = 0,
) -> Source:
    """Make a source from what `score` takes.

    Args:
        source, seed, use_ema, value_range: see `score`.
        whole: bool: read a data set to its end, so that its length is known.
        verbose: 1 for a bar while a large folder is looked through.
    """
    if isinstance(source, GAN):
        return Generated(source, source.name, seed, use_ema)
    if isinstance(source, str | os.PathLike):
        return _from_path(datasets.text_of(source), seed, use_ema, value_range, verbose)
    if isinstance(source, datasets.ImageFolder):
        images, labels, names = datasets.open_images(source)
        title = title_of(os.path.abspath(source.path), source.split)
        found = Stored(images, title, seed, labels, value_range)
        found.label_names = names
        if source.preparation:
            found.facts["source_preparation"] = source.preparation.facts()
        return found
    if is_batched(source):
        if not whole:
            return Stream(source, value_range)
        images, labels = datasets.gather(source, value_range)
        found = Stored(images, type(source).__name__, seed, labels)
        found.facts["value_handling"] = handling(None, value_range)
        return found
    if inspect.isgeneratorfunction(source):
        raise ValueError(
            "This function makes a generator: call it, for example "
            f"`score({source.__name__}(), ...)`. Received: source={source!r}"
        )
    if isinstance(source, keras.Model | type):
        raise ValueError(
            "A model is scored as a `GAN`: build one of a generator by "
            "`GAN(generator, None)`. Or pass a function of sample numbers that returns "
            f"images. Received: source={source!r:.80}"
        )
    if callable(source) and not hasattr(source, "shape"):
        return Function(source, value_range)
    is_pair = isinstance(source, tuple) and len(source) == 2
    images, labels = source if is_pair else (source, None)
    return Stored(images, "array", seed, labels, value_range)


def handling(images: Any, value_range: ValueRange | None) -> str:
    """What is done to pixel values, for reports; None if images are yet to come."""
    if value_range is None or (images is not None and images.dtype == np.uint8):
        return "uint8 as given"
    low, high = value_range
    return f"floats from {low:g} to {high:g}, rounded to uint8"


def _from_path(path, seed, use_ema, value_range, verbose):
    name, split = datasets.split_name(path, None)
    is_folder = os.path.isdir(path)
    is_preset = is_folder and os.path.exists(f"{path}/{files.CONFIG}")
    is_there = datasets.is_array_file(name) or os.path.exists(name)
    if name in datasets.CATALOGUE or (is_there and not is_preset):
        if name in datasets.CATALOGUE:
            split = split or "train"
        images, labels, names = datasets.open_images(name, split, verbose=verbose)
        found = Stored(images, title_of(name, split), seed, labels, value_range)
        found.label_names = names
        return found
    title = public_name(path) if is_folder else path
    source = Generated(GAN.from_preset(path), title, seed, use_ema)
    source.reference = _reference_of(path)
    return source


def _reference_of(preset):
    """The test images of the named data set in a preset's recipe, or None."""
    try:
        recipe = files.read_json(resolve(preset), files.RECIPE, preset)
        name, _ = datasets.split_name(recipe["data"])
        if recipe.get("preparation"):  # its images are others
            return None
    except (OSError, ValueError, KeyError, TypeError):  # anyone may have written it
        return None
    return f"{name}:test" if name in datasets.CATALOGUE else None
