"""Finds what a weights file holds, without reading a weight."""

import math
from pathlib import Path
from typing import Any

from keras_gan_zoo.presets.files import invalid

MAX_ITEMS = 100_000  # groups and arrays in one file


def stored_shapes(path: Path, preset: Any) -> dict[str, tuple[int, ...]]:
    """The shape of each array in a Keras `.weights.h5` file.

    Keras writes plain arrays: every byte that they declare is in the file. Everything
    else that HDF5 can do is refused: links to other files, virtual and external
    storage, compression (a small file could declare terabytes), objects.

    Returns:
        dict, path inside the file -> tuple.

    Raises:
        ValueError: it is not such a file.
    """
    import h5py

    shapes, count = {}, 0

    def walk(group, depth):
        nonlocal count
        for name in group:
            count += 1
            where = f"{group.name.rstrip('/')}/{name}"
            if count > MAX_ITEMS or depth > 32:
                raise ValueError(f"it holds too many groups, at {where}")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{where} is a link to somewhere else")
            item = group[name]
            if isinstance(item, h5py.Group):
                walk(item, depth + 1)
            else:
                _check_array(item, where)
                shapes[where.lstrip("/")] = tuple(item.shape)

    try:
        with h5py.File(path, "r") as file:
            walk(file, 0)
            if sum(math.prod(s) for s in shapes.values()) > path.stat().st_size:
                raise ValueError("it declares more than it holds")
    except (ValueError, OSError, RuntimeError, KeyError, TypeError) as error:
        raise invalid(
            preset, f"`{path.name}` is not a weights file of Keras: {error}."
        ) from None
    return shapes


def _check_array(item, where):
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
