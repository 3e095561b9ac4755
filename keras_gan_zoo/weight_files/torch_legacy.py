"""torch before 1.6: five pickles in a row, then the numbers of each storage.

The pickles are a magic number, the format's version, the system, the object, and the
sorted keys of the storages; each storage is its count (8 bytes) and its numbers.
"""

from typing import Any

from keras_gan_zoo.weight_files.opcodes import Budget
from keras_gan_zoo.weight_files.pickles import Reader
from keras_gan_zoo.weight_files.torch_tensors import Storage, stand_ins, storage_of
from keras_gan_zoo.weight_files.window import Window, as_window

MAGIC = 0x1950A86A20F9469CFC6C


def is_legacy(window: Window) -> bool:
    """Whether the first pickle is the magic number."""
    start = window.read(0, min(window.size, 32))
    return MAGIC.to_bytes(10, "little") in start


def read_legacy(window: Window, budget: Budget, nested: bool = False) -> Any:
    """The object that was saved; its tensors are read when they are asked for."""
    storages: dict[str, Storage] = {}

    def persistent(pid):
        if isinstance(pid, tuple) and pid and pid[0] == "module":
            return pid[1]  # the class of a whole module, with its source text
        key, storage = storage_of(pid)
        known = storages.setdefault(key, storage)
        if (known.dtype, known.count) != (storage.dtype, storage.count):
            raise ValueError("a storage of two kinds")
        return known

    def load_bytes(data):
        if nested:
            raise ValueError("a storage inside of a storage")
        return read_legacy(as_window(data), budget, nested=True)

    reader = Reader(window, stand_ins(load_bytes, budget), persistent, budget)
    if reader.load() != MAGIC:
        raise ValueError("it is no file of torch's")
    reader.load()  # the version
    system = reader.load()
    if not (isinstance(system, dict) and system.get("little_endian") is True):
        raise ValueError("its byte order is big, not little")
    value, keys = reader.load(), reader.load()
    if not (isinstance(keys, list) and all(type(key) is str for key in keys)):
        raise ValueError("no list of storages")
    for key in keys:
        count = int.from_bytes(reader.stream.read(8), "little")
        if key not in storages or count != storages[key].count:
            raise ValueError("a storage of another size than declared")
        storages[key].place(reader.stream.take(storages[key].size))
    if any(storage.data is None for storage in storages.values()):
        raise ValueError("a storage is missing")
    return value
