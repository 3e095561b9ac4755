"""Regroups any source of images into what one GAN iteration takes."""

import itertools

import numpy as np
from keras.src.trainers.data_adapters.data_adapter import DataAdapter

from keras_gan_zoo import backend


def group_sizes(n, batch_size, critic_steps):
    """How many images each iteration of an epoch takes, every image once.

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


def group_batches(batches, critic_steps):
    """The same for an iterator of batches: yields arrays of `critic_steps` of them."""
    held = None
    batches = iter(batches)
    while group := list(itertools.islice(batches, critic_steps)):
        group = np.concatenate(group) if len(group) > 1 else group[0]
        if held is not None and len(group) < critic_steps:
            held = np.concatenate([held, group])
            break
        if held is not None:
            yield held
        held = group
    if held is not None:
        check_epoch(len(held), critic_steps)
        yield held


def check_epoch(n, critic_steps):
    if n < critic_steps:
        raise ValueError(
            "An epoch must have at least one image for each of the "
            f"`critic_steps={critic_steps}` discriminator updates. Pass more images "
            f"or fewer critic steps. Received: {n} image(s)"
        )


class ImageBatches(DataAdapter):
    """Feeds `fit` and `evaluate`: each batch is one GAN iteration.

    `epoch` says which epoch is next; the order of an array's images is a function
    of `(seed, epoch)`, so that a resumed run sees what an uninterrupted one would.
    """

    def __init__(self, image_shape, dtype, num_batches, epoch_batches):
        self.image_shape = tuple(image_shape)
        self.dtype = dtype
        self._num_batches = num_batches
        self._epoch_batches = epoch_batches
        self.epoch = 0

    @classmethod
    def from_array(cls, images, batch_size, critic_steps, seed=None, steps=None):
        """Batches of an array, shuffled where there is a `seed`."""
        check_epoch(len(images), critic_steps)
        sizes = group_sizes(len(images), batch_size, critic_steps)
        steps_per_epoch = steps or len(sizes)
        ends = np.cumsum(sizes)

        def epoch_batches(epoch):
            current, order = None, None
            first = epoch * steps_per_epoch
            for step in range(first, first + steps_per_epoch):
                lap, group = divmod(step, len(sizes))
                if lap != current:
                    current = lap
                    order = np.arange(len(images))
                    if seed is not None:
                        order = np.random.default_rng((seed, lap)).permutation(order)
                yield images[order[ends[group] - sizes[group] : ends[group]]]

        return cls(images.shape[1:], images.dtype, steps_per_epoch, epoch_batches)

    @classmethod
    def from_batches(
        cls, iterate, critic_steps, steps=None, one_shot=False, length=None
    ):
        """Batches of a source that batches itself; `iterate()` starts it.

        `length` is its number of batches, where that is known.
        """
        source = iterate()
        first = next(source, None)
        if first is None:
            raise ValueError("`x` has no batches. Received: an empty data set")
        source = itertools.chain([first], source) if one_shot else None

        def laps():
            if one_shot:
                yield from group_batches(source, critic_steps)
                return
            while True:
                yield from group_batches(iterate(), critic_steps)

        endless = laps() if steps else None

        def epoch_batches(epoch):
            if endless:
                return itertools.islice(endless, steps)
            return group_batches(iterate(), critic_steps)

        if steps is None and critic_steps == 1:
            steps = length
        return cls(first.shape[1:], first.dtype, steps, epoch_batches)

    def _batches(self):
        return ((images,) for images in self._epoch_batches(self.epoch))

    def get_numpy_iterator(self):
        return self._batches()

    def get_tf_dataset(self):
        return backend.stream(self._batches, self.image_shape, self.dtype)

    get_jax_iterator = get_torch_dataloader = get_tf_dataset

    @property
    def num_batches(self):
        return self._num_batches

    @property
    def batch_size(self):
        return None
