"""What a weights file holds: named tensors that are read when asked for."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import ml_dtypes
import numpy as np

MAX_RANK = 32
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


class Bytes(Protocol):
    """Bytes that can be read: a `Window`, a member of an archive."""

    size: int

    def read(self, start: int, count: int) -> bytearray:
        """Read `count` bytes from `start` on."""


class Tensor:
    """A tensor of a file: `numpy.asarray(tensor)` reads it.

    Attributes:
        shape: tuple of ints.
        dtype: `numpy.dtype`; bfloat16 is that of `ml_dtypes`.
    """

    __slots__ = ("_read", "dtype", "origin", "shape")

    def __init__(
        self, shape: tuple[int, ...], dtype: Any, read: Callable[[], np.ndarray]
    ) -> None:
        self.shape, self.dtype, self._read = shape, np.dtype(dtype), read
        self.origin = "a weights file"

    @property
    def nbytes(self) -> int:
        """How many bytes it has when it is read."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        try:
            array = self._read()
        except Exception as error:
            raise unreadable(self.origin, error) from error
        return array if dtype is None else array.astype(dtype, copy=False)

    def __repr__(self):
        return f"<Tensor of shape {self.shape}, {self.dtype}>"


class Weights(Mapping[str, Tensor]):
    """The tensors of a file by their dotted names, and the settings beside them.

    Attributes:
        settings: dict, dotted name -> str, int, float, bool, None or a tuple of these.
        origin: str, where they come from, for messages.
    """

    def __init__(
        self, tensors: Mapping[str, Tensor], settings: Mapping[str, Any], origin: str
    ) -> None:
        self._tensors, self.settings, self.origin = (
            dict(tensors),
            dict(settings),
            origin,
        )
        for tensor in self._tensors.values():
            tensor.origin = origin

    def __getitem__(self, name: str) -> Tensor:
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def __repr__(self):
        return f"<Weights: {len(self)} tensors of {self.origin}>"


class UnreadableError(ValueError):
    """A file is broken, or holds no weights.

    Attributes:
        problem: str, what is wrong with it, without advice.
    """

    problem = ""


def unreadable(origin: str, problem: object) -> UnreadableError:
    """The one error that comes of a bad file."""
    if isinstance(problem, Exception) and type(problem) is not ValueError:
        problem = f"{type(problem).__name__}: {problem}"
    error = UnreadableError(
        "A weights file must be complete, and one of these: what torch saves (.pth, "
        ".pt, .bin; modules in a .pkl), .safetensors, Keras' .weights.h5, an .npz of "
        "arrays. Download or copy it again; if that changes nothing, it holds no "
        f"weights that can be read without running its code. Received: {origin} "
        f"({str(problem)[:500]})"
    )
    error.problem = str(problem)[:500]
    return error


def strided(
    data: Bytes,
    dtype: np.dtype,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
) -> Tensor:
    """A tensor of numbers in `data`; offset and strides count numbers.

    Raises:
        ValueError: it needs more than the numbers that are there.
    """
    count = check_shape(shape)
    if not (isinstance(strides, tuple) and len(strides) == len(shape)):
        raise ValueError("a tensor of impossible strides")
    if not all(type(n) is int and n >= 0 for n in (offset, *strides)):
        raise ValueError("a tensor of impossible strides")
    reach = sum((n - 1) * by for n, by in zip(shape, strides, strict=True)) + 1
    there = data.size // dtype.itemsize
    if count and (offset + reach > there or count > there):
        raise ValueError("a tensor that reaches beyond its storage")

    def read():
        if not count:
            return np.zeros(shape, dtype)
        raw = data.read(offset * dtype.itemsize, reach * dtype.itemsize)
        numbers = np.frombuffer(raw, dtype)
        if dtype.kind == "b":  # whatever the bytes are
            numbers = numbers.view("uint8") != 0
        steps = [by * dtype.itemsize for by in strides]
        view = np.lib.stride_tricks.as_strided(numbers, shape, steps)
        return view if view.flags.c_contiguous else view.copy()

    return Tensor(shape, dtype, read)


def check_shape(shape: Any) -> int:
    """How many numbers a tensor of that shape has, or a `ValueError`."""
    if not (isinstance(shape, tuple) and len(shape) <= MAX_RANK):
        raise ValueError("a tensor of impossible shape")
    if not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("a tensor of impossible shape")
    return math.prod(shape)


def check_dtype(dtype: np.dtype) -> np.dtype:
    """The type of an array's numbers, or a `ValueError` if it has others."""
    if dtype.str == "|V2":  # what NumPy and HDF5 make of it
        return BFLOAT16
    if dtype.str.startswith(">"):
        raise ValueError("its byte order is big, not little")
    if dtype.kind not in "fiubc" or dtype.itemsize > 16:
        raise ValueError(f"an array of {str(dtype)[:40]}, not of numbers")
    return dtype
