"""Keras' `.weights.h5`: groups of arrays in an HDF5 file."""

import math
from typing import Any

import numpy as np

from keras_gan_zoo.weight_files.tensor import Tensor, check_dtype
from keras_gan_zoo.weight_files.window import Window

MAX_ITEMS = 100_000  # groups and arrays in one file
MAX_DEPTH = 32


def read_hdf5(window: Window) -> dict[str, Tensor]:
    """The arrays by their paths in the file, such as `"layers/dense/vars/0"`."""
    import h5py

    file = h5py.File(window.file, "r")
    return {
        path: _tensor(dataset) for path, dataset in datasets(file, window.size).items()
    }


def datasets(file: Any, size: int) -> dict[str, Any]:
    """The arrays of an open HDF5 file by path, none of them read.

    Keras writes plain arrays: every byte that they declare is in the file. Everything
    else that HDF5 can do is refused: links to other files, virtual and external
    storage, compression (a small file could declare terabytes), objects.

    Args:
        file: an `h5py.File`.
        size: how many bytes it has.

    Raises:
        ValueError: it is no such file.
    """
    import h5py

    found: dict[str, Any] = {}
    count = 0

    def walk(group, depth):
        nonlocal count
        for name in group:
            count += 1
            where = f"{group.name.rstrip('/')}/{name}"
            if count > MAX_ITEMS or depth > MAX_DEPTH:
                raise ValueError(f"it holds too many groups, at {where}")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{where} is a link to somewhere else")
            item = group[name]
            if isinstance(item, h5py.Group):
                walk(item, depth + 1)
            else:
                _check(item, where)
                found[where.lstrip("/")] = item

    walk(file, 0)
    if sum(math.prod(dataset.shape) for dataset in found.values()) > size:
        raise ValueError("it declares more than it holds")
    return found


def _check(item, where):
    import h5py

    if not isinstance(item, h5py.Dataset) or item.shape is None:
        raise ValueError(f"{where} is not an array")
    numeric = item.dtype.kind in "fiub" or item.dtype.str == "|V2"  # |V2 is bfloat16
    if not numeric:
        raise ValueError(f"{where} holds no numbers")
    layout = item.id.get_create_plist().get_layout()
    plain = layout in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT) and not item.external
    if not plain or item.id.get_storage_size() != item.nbytes:
        raise ValueError(f"{where} is compressed, or its bytes are elsewhere")


def _tensor(dataset):
    dtype = check_dtype(dataset.dtype)
    return Tensor(dataset.shape, dtype, lambda: np.asarray(dataset[()]).view(dtype))
