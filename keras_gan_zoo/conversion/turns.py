"""What is done to an array of torch, so that a layer of Keras does the same with it."""

from collections.abc import Callable

import numpy as np

Turn = Callable[[np.ndarray], np.ndarray]


def same(array: np.ndarray) -> np.ndarray:
    """Nothing."""
    return array


def conv(kernel: np.ndarray) -> np.ndarray:
    """(out, in, rows, columns) -> (rows, columns, in, out).

    A transposed one's (in, out, rows, columns) becomes (rows, columns, out, in) so too.
    """
    return kernel.transpose(2, 3, 1, 0)


def linear(kernel: np.ndarray) -> np.ndarray:
    """(out, in) -> (in, out)."""
    return kernel.T


def scalar(array: np.ndarray) -> np.ndarray:
    """(1,) -> ()."""
    return array.reshape(())


def grid(rows: int, columns: int) -> Turn:
    """A linear layer's kernel or bias, where its output becomes (c, rows, columns).

    Ours becomes (rows, columns, c).
    """

    def turn(array):
        parts = array.reshape(-1, rows, columns, *array.shape[1:])
        turned = np.moveaxis(parts, 0, 2).reshape(array.shape)
        return turned.T

    return turn


def flat(rows: int, columns: int) -> Turn:
    """A linear layer's kernel on (c, rows, columns) -> one on (rows, columns, c)."""

    def turn(kernel):
        parts = kernel.reshape(len(kernel), -1, rows, columns)
        return parts.transpose(2, 3, 1, 0).reshape(-1, len(kernel))

    return turn


def directions(size: int) -> Turn:
    """A kernel's singular vector over (in, size, size) -> over (size, size, in)."""

    def turn(v):
        return v.reshape(-1, size, size).transpose(1, 2, 0).ravel()

    return turn
