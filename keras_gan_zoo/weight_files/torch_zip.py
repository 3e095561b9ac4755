"""torch since 1.6: a zip archive of a pickle and a file for each storage."""

import io
from typing import Any

from keras_gan_zoo.weight_files.archive import Archive
from keras_gan_zoo.weight_files.opcodes import Budget
from keras_gan_zoo.weight_files.pickles import Reader
from keras_gan_zoo.weight_files.torch_legacy import read_legacy
from keras_gan_zoo.weight_files.torch_tensors import Storage, stand_ins, storage_of
from keras_gan_zoo.weight_files.window import Window, as_window

PICKLE = "/data.pkl"
MAX_PICKLE = 1 << 26


def root_of(archive: Archive) -> str | None:
    """The folder in which everything is, or None if torch did not write it."""
    roots = [name for name in archive.members if name.endswith(PICKLE)]
    return roots[0].removesuffix(PICKLE) if roots else None


def read_zip(archive: Archive, budget: Budget) -> Any:
    """The object that was saved; its tensors are read when they are asked for."""
    root = root_of(archive)
    order = archive.members.get(f"{root}/byteorder")  # files of 2022 have none
    if order and bytes(order.read(0, min(order.size, 8))) != b"little":
        raise ValueError("its byte order is big, not little")
    storages: dict[str, Storage] = {}

    def persistent(pid):
        key, storage = storage_of(pid)
        if key not in storages:
            storage.place(archive[f"{root}/data/{key}"])
            storages[key] = storage
        elif (storages[key].dtype, storages[key].count) != (
            storage.dtype,
            storage.count,
        ):
            raise ValueError("a storage of two kinds")
        return storages[key]

    def load_bytes(data):
        return read_legacy(as_window(data), budget, nested=True)

    pickled = archive[f"{root}{PICKLE}"]
    if pickled.size > MAX_PICKLE:
        raise ValueError("its pickle is larger than that of any network")
    window = Window(io.BytesIO(pickled.read(0, pickled.size)))
    return Reader(window, stand_ins(load_bytes, budget), persistent, budget).load()
