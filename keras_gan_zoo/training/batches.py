"""Regroups images and labels from any source into what one iteration takes."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.backend.keras_internals import DataAdapter


def group_sizes(n: int, batch_size: int, critic_steps: int) -> list[int]:
    """How many images each iteration of an epoch takes, using every image once.

    One iteration takes `critic_steps` batches. A last group with fewer images than
    critic steps joins the group before it.

    Example:

    >>> group_sizes(43, batch_size=4, critic_steps=5)
    [20, 23]
    """
    size = batch_size * critic_steps
    sizes = [size] * (n // size) + ([n % size] if n % size else [])
    if len(sizes) > 1 and sizes[-1] < critic_steps:
        last = sizes.pop()
        sizes[-1] += last
    return sizes


def group_batches(batches: Iterable[tuple], critic_steps: int) -> Iterator[tuple]:
    """Join `critic_steps` batches, tuples of arrays, of an iterator at a time."""
    held = None
    batches = iter(batches)
    while group := list(itertools.islice(batches, critic_steps)):
        group = _join(group)
        if held is not None and len(group[0]) < critic_steps:
            held = _join([held, group])
            break
        if held is not None:
            yield held
        held = group
    if held is not None:
        check_epoch(len(held[0]), critic_steps)
        yield held


def _join(batches):
    if len(batches) == 1:
        return batches[0]
    return tuple(np.concatenate(arrays) for arrays in zip(*batches, strict=True))


def check_epoch(n: int, critic_steps: int) -> None:
    if n < critic_steps:
        raise ValueError(
            "An epoch must have at least one image for each of the "
            f"`critic_steps={critic_steps}` discriminator updates. Pass more images "
            f"or fewer critic steps. Received: {n} image(s)"
        )


class ImageBatches(DataAdapter):
    """Feeds `fit` and `evaluate`: each batch is one GAN iteration.

    A batch is a tuple of images, or of images and labels. `epoch` says which epoch is
    next; the order of an array's images is a function of `(seed, epoch)`, so that a
    resumed run sees what an uninterrupted one would have seen. Without a `seed` it is
    that of the array.
    """

    def __init__(
        self,
        specs: list[tuple],
        num_batches: int | None,
        epoch_batches: Callable[[int, int | None], Iterator[tuple]],
        seed: int | None = None,
    ) -> None:
        self.specs = specs
        self._num_batches = num_batches
        self._epoch_batches = epoch_batches
        self.seed = seed
        self.epoch = 0
        #: called with each batch before it is used, such as by `StabilityMonitor`
        self.watch: Callable[[tuple], object] | None = None

    @classmethod
    def from_arrays(
        cls,
        arrays: tuple[np.ndarray, ...],
        batch_size: int,
        critic_steps: int,
        seed: int | None = None,
        steps: int | None = None,
    ) -> Self:
        """Batches of a tuple of arrays, shuffled if there is a `seed`."""
        count = len(arrays[0])
        check_epoch(count, critic_steps)
        sizes = group_sizes(count, batch_size, critic_steps)
        steps_per_epoch = steps or len(sizes)
        ends = np.cumsum(sizes)

        def epoch_batches(epoch, seed):
            current, order = None, None
            first = epoch * steps_per_epoch
            for step in range(first, first + steps_per_epoch):
                lap, group = divmod(step, len(sizes))
                if lap != current:
                    current = lap
                    order = np.arange(count)
                    if seed is not None:
                        order = np.random.default_rng((seed, lap)).permutation(order)
                rows = order[ends[group] - sizes[group] : ends[group]]
                yield tuple(array[rows] for array in arrays)

        return cls(_specs(arrays), steps_per_epoch, epoch_batches, seed)

    @classmethod
    def from_batches(
        cls,
        iterate: Callable[[int], Iterator[tuple]],
        critic_steps: int,
        steps: int | None = None,
        one_shot: bool = False,
        length: int | None = None,
        first: tuple | None = None,
    ) -> Self:
        """Batches from a source that batches itself; `iterate(lap)` starts a pass.

        `length` is its number of batches, if that is known, and `first` one of them, if
        that is to be had without starting a pass. If a few images join the group before
        them, there is one iteration less, which Keras finds out itself.
        """
        source: Any = None
        if first is None:
            source = iterate(0)
            first = next(source, None)
        if first is None:
            raise ValueError("`x` has no batches. Received: an empty data set")
        source = itertools.chain([first], source) if one_shot else None

        def laps():
            if one_shot:
                yield from group_batches(source, critic_steps)
                return
            for lap in itertools.count():
                yield from group_batches(iterate(lap), critic_steps)

        endless = laps() if steps else None

        def epoch_batches(epoch, seed):
            if endless:
                return itertools.islice(endless, steps)
            return group_batches(iterate(epoch), critic_steps)

        if steps is None and length is not None:
            steps = -(-length // critic_steps)
        return cls(_specs(first), steps, epoch_batches)

    def _batches(self):
        return self._watched(iter(self._epoch_batches(self.epoch, self.seed)))

    def _watched(self, batches):
        for batch in batches:
            if self.watch is not None:
                self.watch(batch)
            yield batch

    def get_numpy_iterator(self) -> Iterator[tuple]:
        return self._batches()

    def get_tf_dataset(self) -> Any:
        return backend.stream(self._batches, self.specs)

    get_jax_iterator = get_torch_dataloader = get_tf_dataset

    @property
    def num_batches(self) -> int | None:
        return self._num_batches

    @property
    def batch_size(self) -> None:
        return None


def _specs(arrays):
    """The shape, without the first axis, and the dtype of each array."""
    return [(array.shape[1:], array.dtype) for array in arrays]
