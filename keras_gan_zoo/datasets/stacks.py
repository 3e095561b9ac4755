"""Stacked-MNIST: three digits as the channels of one image, 1000 modes."""

from collections.abc import Callable

import numpy as np

from keras_gan_zoo.datasets.memory import empty_images

#: in VEEGAN's and PacGAN's protocol 128,000 stacks to train on, 26,000 to compare with
SIZES = {"train": 128_000, "test": 26_000}
SEEDS = {"train": 0, "test": 1}
MODE_NAMES = tuple(f"{mode:03d}" for mode in range(1000))

Arrays = tuple[np.ndarray, np.ndarray]


def choose(digits: int, count: int, seed: int) -> np.ndarray:
    """Which of so many digits are in each stack, drawn with replacement.

    Returns:
        int array `(count, 3)`, the same in every version of NumPy.
    """
    return np.random.RandomState(seed).randint(0, digits, (count, 3))


def stack(images: np.ndarray, labels: np.ndarray, chosen: np.ndarray) -> Arrays:
    """Stacks of grey images, and their modes.

    Args:
        images: uint8 `(n, height, width)`, with a last axis of 1 or without.
        labels: n integers from 0 to 9.
        chosen: int array `(count, 3)` of places in them.

    Returns:
        uint8 `(count, height, width, 3)`, and int64 `(count,)`: 100 times the first
        channel's label, 10 times the second's, and the third's.

    Example:

    >>> images, labels = np.zeros((2, 4, 4), "uint8"), np.array([3, 7])
    >>> stacks, modes = stack(images, labels, np.array([[0, 1, 1]]))
    >>> stacks.shape, modes.tolist()
    ((1, 4, 4, 3), [377])
    """
    count, height, width = images.shape[:3]
    images = images.reshape(count, height, width)
    stacks = empty_images(len(chosen), (height, width, 3))
    for channel in range(3):
        stacks[..., channel] = images[chosen[:, channel]]
    return stacks, labels[chosen].astype("int64") @ np.array([100, 10, 1])


def of(read: Callable[[str], Arrays]) -> Callable[[str], Arrays]:
    """A function of a split's name that stacks the digits which `read` gives for it."""

    def stacks(split):
        images, labels = read(split)
        return stack(images, labels, choose(len(images), SIZES[split], SEEDS[split]))

    return stacks
