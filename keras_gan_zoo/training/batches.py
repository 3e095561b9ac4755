"""Regroups images and labels from any source into what one iteration takes."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import numpy as np

from keras_gan_zoo import backend, datasets
from keras_gan_zoo.backend.keras_internals import DataAdapter
from keras_gan_zoo.training.replicas import WHOLE, Division

MOST_GATHERED = 256 * 2**20  # bytes of arrays that the backend may hold as a whole


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


def group_batches(
    batches: Iterable[tuple],
    critic_steps: int,
    ending: Callable[[int], object] = lambda count: None,
) -> Iterator[tuple]:
    """Join `critic_steps` batches, tuples of arrays, of an iterator at a time.

    `ending` is told how many there are, before the last of them is yielded.
    """
    held, count = None, 0
    batches = iter(batches)
    while group := list(itertools.islice(batches, critic_steps)):
        group = _join(group)
        if held is not None and len(group[0]) < critic_steps:
            held = _join([held, group])
            break
        if held is not None:
            yield held
        held = group
        count += 1
    if held is not None:
        check_epoch(len(held[0]), critic_steps)
        ending(count)
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
    next, and `first` with which of its batches it begins; the order of an array's
    images is a function of `(seed, epoch)`, so that a resumed run sees what an
    uninterrupted one would have seen. Without a `seed` it is that of the array.

    Args:
        specs: for each array, its shape without the first axis, and its dtype.
        num_batches: int, batches of an epoch; None if it is not known.
        epoch_batches: `epoch_batches(epoch, seed, first)` iterates over the batches of
            an epoch from number `first` on, reading nothing that lies before.
        seed: int or None.
    """

    def __init__(
        self,
        specs: list[tuple],
        num_batches: int | None,
        epoch_batches: Callable[[int, int | None, int], Iterator[tuple]],
        seed: int | None = None,
    ) -> None:
        self.specs = specs
        self._num_batches = num_batches
        self._epoch_batches = epoch_batches
        self.seed = seed
        self.epoch = 0
        self.first = 0
        self.done = 0  # iterations that an earlier process took from the same stream
        self.one_shot = False
        self.found: int | None = None  # the epoch's number of batches, at its end
        self._division, self._updates = WHOLE, 1
        #: called with each batch before it is used, such as by `StabilityMonitor`
        self.watch: Callable[[tuple], object] | None = None
        #: small arrays, and what iterates over the rows of each batch of the epoch
        self._gathered: tuple[tuple, Callable[[], Iterator[np.ndarray]]] | None = None

    @classmethod
    def from_arrays(
        cls,
        arrays: tuple[np.ndarray, ...],
        batch_size: int,
        critic_steps: int,
        seed: int | None = None,
        steps: int | None = None,
    ) -> Self:
        """Batches of arrays, or of `LazyImages`, shuffled if there is a `seed`."""
        count = len(arrays[0])
        check_epoch(count, critic_steps)
        sizes = group_sizes(count, batch_size, critic_steps)
        steps_per_epoch = steps or len(sizes)
        ends = np.cumsum(sizes)

        def rows_of(epoch, seed, first):
            current, order = None, None
            start = epoch * steps_per_epoch
            for step in range(start + first, start + steps_per_epoch):
                lap, group = divmod(step, len(sizes))
                if lap != current:
                    current = lap
                    order = np.arange(count)
                    if seed is not None:
                        order = np.random.default_rng((seed, lap)).permutation(order)
                yield order[ends[group] - sizes[group] : ends[group]]

        def epoch_batches(*position):
            rows = itertools.tee(rows_of(*position), len(arrays))
            return zip(*map(datasets.read, arrays, rows), strict=True)

        made = cls(_specs(arrays), steps_per_epoch, epoch_batches, seed)

        def rows():
            made.found = None
            return rows_of(made.epoch, made.seed, made.first)

        at_hand = all(isinstance(array, np.ndarray) for array in arrays)
        if at_hand and sum(array.nbytes for array in arrays) <= MOST_GATHERED:
            made._gathered = arrays, rows
        return made

    @classmethod
    def from_batches(
        cls,
        iterate: Callable[[int, int], Iterator[tuple]],
        critic_steps: int,
        steps: int | None = None,
        one_shot: bool = False,
        length: int | None = None,
        first: tuple | None = None,
    ) -> Self:
        """Batches from a source that batches itself.

        `iterate(lap, skip)` starts a pass, without its first `skip` batches. `length`
        is its number of batches, if that is known, and `first` one of them, if that is
        to be had without starting a pass. If a few images join the group before them,
        there is one iteration less, which Keras finds out itself.
        """
        source: Any = None
        if first is None:
            source = iterate(0, 0)
            first = next(source, None)
        if first is None:
            raise ValueError("`x` has no batches. Received: an empty data set")
        source = itertools.chain([first], source) if one_shot else None

        def laps(done):
            """The iterations of all passes, one after the other, from `done` on."""
            if one_shot:
                yield from group_batches(source, critic_steps)
                return
            lap = 0
            if length is not None and length % critic_steps == 0:
                lap, done = divmod(done, length // critic_steps)
                yield from group_batches(
                    iterate(lap, done * critic_steps), critic_steps
                )
                lap, done = lap + 1, 0
            passes = (
                group_batches(iterate(number, 0), critic_steps)
                for number in itertools.count(lap)
            )
            yield from itertools.islice(
                itertools.chain.from_iterable(passes), done, None
            )

        running: list[Iterator] = []

        def epoch_batches(epoch, seed, first):
            if steps is None:
                batches = iterate(epoch, first * critic_steps)
                return group_batches(batches, critic_steps, found)
            if not running:
                running.append(laps(made.done))
            return itertools.islice(running[0], steps - first)

        def found(count):
            made.found = made.first + count

        count = steps
        if steps is None and length is not None:
            count = -(-length // critic_steps)
        made = cls(_specs(first), count, epoch_batches)
        made.one_shot = one_shot
        return made

    def divide(self, division: Division, updates: int) -> None:
        """Have only this process' share of each batch, which `updates` take in turn."""
        self._division, self._updates = division, updates

    def is_last(self, count: int) -> bool:
        """Whether an epoch ends after `count` batches, once so many were taken."""
        return count == (self._num_batches if self.found is None else self.found)

    def _batches(self):
        self.found = None
        batches = self._epoch_batches(self.epoch, self.seed, self.first)
        return (
            self._division.share(batch, self._updates)
            for batch in self._watched(iter(batches))
        )

    def _watched(self, batches):
        for batch in batches:
            if self.watch is not None:
                self.watch(batch)
            yield batch

    def get_numpy_iterator(self) -> Iterator[tuple]:
        return self._batches()

    def get_tf_dataset(self) -> Any:
        as_they_are = self.watch is None and self._division == WHOLE
        gathered = self._gathered if as_they_are else None
        return backend.stream(self._batches, self.specs, gathered)

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
