"""Turns what `fit` and `evaluate` are given into batches, one per iteration."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.datasets import adapters
from keras_gan_zoo.training.batches import ImageBatches
from keras_gan_zoo.training.monitoring import say_once
from keras_gan_zoo.training.reading import (
    NAMED,
    NO_LABELS,
    check_given,
    read_arrays,
)
from keras_gan_zoo.training.replicas import division_of
from keras_gan_zoo.typing import ValueRange

#: the most that is kept of a generator whose end is not known
MOST_BATCHES, MOST_BYTES = 10_000, 2**29


def batches_of(
    gan: Any,
    x: Any,
    y: Any = None,
    batch_size: int | None = None,
    value_range: ValueRange | None = None,
    critic_steps: int = 1,
    seed: int | None = None,
    steps: int | None = None,
    verbose: bool | int | str = 1,
    trains: bool = False,
) -> ImageBatches:
    """Turn what a user passes as `x` and `y` into batches.

    Args:
        gan: `GAN`, for its image shape and classes.
        x, y, batch_size, value_range: as in `GAN.fit`.
        critic_steps: int, updates that share a batch.
        seed: int or None: the seed of the order; None does not shuffle.
        steps: int or None, batches per epoch.
        verbose: 1 for a bar while a large folder is looked through.
        trains: bool, see `read_arrays`.

    Returns:
        `ImageBatches`.

    Raises:
        ValueError: images or labels that the GAN can't be trained on.
    """
    made = _batches_of(
        gan, x, y, batch_size, value_range, critic_steps, seed, steps, verbose, trains
    )
    made.divide(division_of(gan), critic_steps)
    return made


def _batches_of(
    gan, x, y, batch_size, value_range, critic_steps, seed, steps, verbose, trains
):
    check_given(x)
    if not adapters.is_batched(x):
        arrays = read_arrays(gan, x, y, value_range, verbose, trains)
        return _from_arrays(arrays, batch_size, critic_steps, seed, steps)
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
    if adapters.is_endless(x) and steps is None:
        raise ValueError(_no_end(f"x of type {type(x).__name__} without an end"))

    def checked(source, skip=0, order=None):
        pairs = adapters.iterate_pairs(
            source,
            gan.image_shape,
            value_range,
            gan.num_classes,
            order,
            weights=True,
        )
        for found, labels in itertools.islice(pairs, skip, None):
            if gan.num_classes is not None:
                yield found, labels
                continue
            if labels is not None:
                say_once(gan, NO_LABELS)
            yield (found,)

    length = adapters.num_batches(x)
    if adapters.is_one_shot(x):
        if steps is None:
            kept = _read_whole(checked(x))
            return ImageBatches.from_batches(
                lambda lap, skip: iter(kept[skip:]), critic_steps, length=len(kept)
            )
        return ImageBatches.from_batches(
            lambda lap, skip: checked(x), critic_steps, steps, one_shot=True
        )
    if not adapters.is_py_dataset(x):
        return ImageBatches.from_batches(
            lambda lap, skip: checked(x, skip), critic_steps, steps, length=length
        )

    def shuffled(lap, skip):
        """As in Keras, `shuffle` is about the order of a PyDataset's batches."""
        if length is None:
            return checked(x, order=itertools.count(skip))
        order: Any = range(length)
        if seed is not None:
            order = np.random.default_rng((seed, lap)).permutation(length).tolist()
        return checked(x, order=order[skip:])

    first = None if length == 0 else next(checked([x[0]]))
    return ImageBatches.from_batches(
        shuffled, critic_steps, steps, length=length, first=first
    )


def _from_arrays(arrays, batch_size, critic_steps=1, seed=None, steps=None):
    size = check_count("batch_size", 32 if batch_size is None else batch_size)
    return ImageBatches.from_arrays(arrays, size, critic_steps, seed, steps)


def _read_whole(batches: Iterator[tuple]) -> list[tuple]:
    """All batches of a generator, which can be read only once."""
    kept, size = [], 0
    for batch in batches:
        kept.append(batch)
        size += sum(array.nbytes for array in batch)
        if len(kept) >= MOST_BATCHES or size >= MOST_BYTES:
            raise ValueError(
                _no_end(
                    f"a generator that did not end after {len(kept)} batches, "
                    f"{size / 2**20:.0f} MiB"
                )
            )
    return kept


def _no_end(what):
    return (
        "A source without an end, or one too long to keep, needs a number of batches: "
        "`fit(..., steps_per_epoch=100)`, `validation_steps` for validation data, or "
        f"`evaluate(..., steps=100)`. Received: {what}"
    )


# === Validation ===


def split_off(
    gan: Any,
    x: Any,
    y: Any,
    share: float,
    value_range: ValueRange | None = None,
    verbose: bool | int | str = 1,
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Split arrays before their last `share`, as Keras' `validation_split` does.

    An image of a folder and its mirror image stay on one side.
    """
    if not 0 < share < 1:
        raise ValueError(
            "`validation_split` must be a share of the images, between 0 and 1. "
            f"Received: validation_split={share}"
        )
    if adapters.is_batched(x):
        raise ValueError(
            "`validation_split` is for arrays, folders and named data sets; a data set "
            "of batches can't be cut: pass `validation_data`. "
            f"Received: validation_split={share}, x of type {type(x).__name__}"
        )
    arrays = read_arrays(gan, x, y, value_range, verbose, trains=True)
    x = arrays[0]
    own: Any = range(len(x))
    if isinstance(x, datasets.LazyImages):
        own = dict.fromkeys(x.sources.tolist())
    count = len(own)
    cut = count - int(count * share)
    if cut in (0, count):
        raise ValueError(
            "`validation_split` must leave images on both sides. Received: "
            f"validation_split={share} of {count} image(s), so {count - cut} to "
            "validate on"
        )
    before: Any = slice(cut)
    after: Any = slice(cut, None)
    if count < len(x):
        late = np.isin(x.sources, list(own)[cut:])
        before, after = np.flatnonzero(~late), np.flatnonzero(late)
    return tuple(_part(a, before) for a in arrays), tuple(
        _part(a, after) for a in arrays
    )


def _part(array, rows):
    return array.select(rows) if isinstance(array, datasets.LazyImages) else array[rows]


def validation_batches(
    gan: Any,
    data: Any,
    batch_size: int | None,
    batch_size_of_fit: int | None,
    value_range: ValueRange | None,
    steps: int | None,
    verbose: bool | int | str = 1,
) -> ImageBatches:
    """Turn `validation_data` into batches; see `as_pair`."""
    x, y = as_pair(data)
    if batch_size is None and not adapters.is_batched(x):
        batch_size = batch_size_of_fit
    try:
        return batches_of(
            gan, x, y, batch_size, value_range, steps=steps, verbose=verbose
        )
    except ValueError as error:
        raise ValueError(f"`validation_data`: {error}") from error


def as_pair(data: Any) -> tuple[Any, Any]:
    """Validation data as Keras takes them: `x`, or a tuple or list `(x, y)`."""
    if isinstance(data, list) and not _is_images(data):
        data = tuple(data)
    if isinstance(data, tuple):
        if len(data) not in (1, 2):
            raise ValueError(
                "`validation_data` must be images, a data set, or a tuple (images, "
                f"labels). Received: a tuple of {len(data)} entries"
            )
        return data if len(data) == 2 else (data[0], None)
    return data, None


def _is_images(listed):
    """Whether a list is one of single images: they have one rank, 2 or 3.

    Those of `[x, y]` differ, and that of `[x]` is a batch's, unless it has no channels.
    """
    if not 1 <= len(listed) <= 3:
        return True
    ranks = {np.ndim(part) for part in listed}
    return len(ranks) == 1 and ranks <= {2, 3}


def ranges(
    x: Any, validation_data: Any, value_range: ValueRange | None
) -> tuple[ValueRange | None, ValueRange | None]:
    """The `value_range` of `x`, and of validation data.

    It is about floats: where one of the two is uint8, it is the other's alone.
    """
    whole = _is_uint8(x), _is_uint8(as_pair(validation_data)[0])
    if validation_data is None or all(whole):
        return value_range, value_range
    of_x, of_validation = (None if is_whole else value_range for is_whole in whole)
    return of_x, of_validation


def _is_uint8(x):
    """Whether images are known to be uint8, as those of files are, before a look."""
    if isinstance(x, NAMED) or datasets.is_hub_dataset(x):
        return True
    if isinstance(x, list) and x:
        return _is_uint8(x[0])
    dtype = getattr(x, "dtype", None)
    if dtype is None and hasattr(x, "element_spec"):  # tf.data
        spec = x.element_spec
        dtype = getattr(spec[0] if isinstance(spec, tuple) else spec, "dtype", None)
    return getattr(dtype, "name", str(dtype)) in ("uint8", "torch.uint8")
