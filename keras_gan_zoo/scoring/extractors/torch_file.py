"""Reads the arrays of a torch state dict, without torch and without running code.

A state dict is a pickle, and a pickle can run any code. This reader knows only the
handful of names that a state dict consists of, treats them as data, and refuses the
rest. It reads torch's format from before 1.6, in which the Inception network was
published, as well as today's.
"""

import collections
import io
import math
import pickle
import zipfile
from typing import NamedTuple

import numpy as np


def read_weights(data: bytes, origin: str = "a file") -> dict[str, np.ndarray]:
    """Read arrays by name from the bytes of a torch state dict or of an `.npz`.

    Raises:
        ValueError: it is neither, is truncated, or holds more than named tensors.
    """
    try:
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    if name.endswith("/data.pkl"):
                        root = name.removesuffix("/data.pkl")
                        return _read_torch_zip(archive, root)
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                return dict(arrays)
        return _read_torch_legacy(io.BytesIO(data))
    except Exception as error:  # zip, pickle, struct, key, memory errors alike
        raise ValueError(
            "Inception weights must be a complete .pth file with a state dict of "
            "torch's, or an .npz of arrays; download or copy it again. "
            f"Received: {origin} ({type(error).__name__}: {error})"
        ) from error


class _Storage(NamedTuple):
    """Where a tensor's numbers are."""

    dtype: str
    key: str
    count: int  # type: ignore[assignment]


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple

    def view(self, numbers):
        """The tensor's part of its storage's numbers."""
        shape, strides = tuple(self.shape), tuple(self.strides)
        sizes = [self.offset, *shape, *strides]
        if not all(type(n) is int and n >= 0 for n in sizes):
            raise ValueError("a tensor of impossible shape")
        reach = sum((n - 1) * by for n, by in zip(shape, strides, strict=True))
        count = math.prod(shape)
        if count and (self.offset + reach >= len(numbers) or count > len(numbers)):
            raise ValueError("a tensor that reaches beyond its storage")
        strides = [by * numbers.itemsize for by in strides]
        return np.lib.stride_tricks.as_strided(
            numbers[self.offset :], shape, strides, writeable=False
        )


class _RebuildTensor:
    """A callable without attributes that a pickle could set."""

    __slots__ = ()

    def __call__(self, storage, offset, size, stride, *_):
        return _Tensor(storage, offset, size, stride)


class _RebuildParameter:
    """The same, for a tensor that is a parameter."""

    __slots__ = ()

    def __call__(self, tensor, *_):
        return tensor


DTYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}
# Everything that a state dict may name.
NAMES = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _RebuildTensor(),
    ("torch._utils", "_rebuild_parameter"): _RebuildParameter(),
    **{("torch", name): dtype for name, dtype in DTYPES.items()},
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in NAMES:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}: refused")
        return NAMES[module, name]

    def persistent_load(self, pid):
        kind, dtype, key, _, count, *view = pid
        if kind != "storage" or dtype not in DTYPES.values() or any(view):
            raise pickle.UnpicklingError("it holds more than tensors")
        return _Storage(dtype, key, count)


def _unpickle(file):
    return _Unpickler(file, encoding="utf-8").load()


def _unpickle_tensors(file):
    tensors = _unpickle(file)
    if not isinstance(tensors, dict):
        raise ValueError("it is no dict of tensors")
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, _Tensor):
            raise ValueError(
                "it holds more than named tensors; a state dict alone is expected"
            )
    return tensors


def _numbers(data, storage):
    numbers = np.frombuffer(data, storage.dtype)
    if len(numbers) != storage.count:
        raise ValueError("a storage is cut short or of another length")
    return numbers


def _read_torch_zip(archive, root):
    """torch 1.6 and later: a pickle, and a file for each storage."""
    if f"{root}/byteorder" in archive.namelist():
        order = archive.read(f"{root}/byteorder")
        if order != b"little":
            raise ValueError(f"its byte order is {order!r}, not little")
    tensors = _unpickle_tensors(io.BytesIO(archive.read(f"{root}/data.pkl")))
    return {
        name: tensor.view(
            _numbers(archive.read(f"{root}/data/{tensor.storage.key}"), tensor.storage)
        )
        for name, tensor in tensors.items()
    }


MAGIC = 0x1950A86A20F9469CFC6C


def _read_torch_legacy(file):
    """Before 1.6: five pickles, then the length and the numbers of each storage."""
    if _unpickle(file) != MAGIC:
        raise ValueError("it is no file of torch's")
    _unpickle(file)  # the format's version
    if not _unpickle(file)["little_endian"]:
        raise ValueError("its byte order is big, not little")
    tensors, keys = _unpickle_tensors(file), _unpickle(file)
    storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    numbers = {}
    for key in keys:
        storage = storages[key]
        count = int.from_bytes(file.read(8), "little")
        if count != storage.count:
            raise ValueError("a storage of another length")
        size = count * np.dtype(storage.dtype).itemsize
        numbers[key] = _numbers(file.read(size), storage)
    return {
        name: tensor.view(numbers[tensor.storage.key])
        for name, tensor in tensors.items()
    }
