"""The names by which torch's files make tensors, with what is done in their place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan_zoo.weight_files.opcodes import Budget
from keras_gan_zoo.weight_files.pickles import Global, StandIns, set_items
from keras_gan_zoo.weight_files.tensor import BFLOAT16, Bytes, Tensor, strided

STORAGES = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "BFloat16Storage": BFLOAT16,
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
    "UntypedStorage": np.dtype("u1"),
}


class Storage:
    """Numbers of one type; where they are can become known later (`data`)."""

    __slots__ = ("count", "data", "dtype")

    def __init__(self, dtype: np.dtype, count: int) -> None:
        self.dtype, self.count = dtype, count
        self.data: Bytes | None = None

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.count * self.dtype.itemsize

    def read(self, start: int, count: int) -> bytearray:
        """Read `count` bytes from `start` on."""
        if self.data is None:
            raise ValueError("a storage is missing")
        return self.data.read(start, count)

    def place(self, data: Bytes) -> None:
        """Say where its bytes are: as many as were declared."""
        if data.size != self.size:
            raise ValueError(
                f"a storage of {data.size} bytes where {self.size} are declared"
            )
        self.data = data


def storage_of(pid: Any) -> tuple[str, Storage]:
    """The key and the storage that a persistent id of torch's declares."""
    if not (isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage"):
        raise ValueError("it refers to something that is no storage")
    _, kind, key, _, count, *view = pid
    known = isinstance(kind, Global) and kind.module in ("torch", "torch.cuda")
    if not known or kind.name not in STORAGES or any(view):
        raise ValueError(f"a storage of unknown type {getattr(kind, 'name', kind)!r}")
    if not (type(key) is str and type(count) is int and count >= 0):
        raise ValueError("a storage without key or size")
    return key, Storage(STORAGES[kind.name], count)


def _rebuild(storage, offset, shape, strides, _grad=None, _hooks=None, *rest):
    """In the place of `torch._utils._rebuild_tensor_v2`."""
    if not isinstance(storage, Storage):
        raise ValueError("a tensor without storage")
    if any(isinstance(bits, dict) and any(bits.values()) for bits in rest):
        raise ValueError("a tensor that is stored negated or conjugated")
    return strided(storage, storage.dtype, offset, shape, strides)


def _rebuild_parameter(data, *_):
    """In the place of `torch._utils._rebuild_parameter`."""
    if not isinstance(data, Tensor):
        raise ValueError("a parameter that is no tensor")
    return data


def _size(shape=()):
    """In the place of `torch.Size`."""
    return shape


def stand_ins(load_bytes: Callable, budget: Budget) -> StandIns:
    """All names for which something is done; every other name is a record.

    Args:
        load_bytes: in the place of `torch.storage._load_from_bytes`.
        budget: of the file.
    """

    def ordered(pairs=()):
        budget.spend(len(pairs))
        made = {}
        set_items(made, [key for key, _ in pairs], [value for _, value in pairs])
        return made

    def encode(text, _encoding="latin1"):
        """What protocol 2 has for bytes."""
        budget.spend(0, len(text))
        return text.encode("latin1")

    return {
        Global("_codecs", "encode"): encode,
        Global("collections", "OrderedDict"): ordered,
        Global("torch", "Size"): _size,
        Global("torch._utils", "_rebuild_tensor"): _rebuild,
        Global("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        Global("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
        Global("torch._utils", "_rebuild_parameter_with_state"): _rebuild_parameter,
        Global("torch.nn.parameter", "Parameter"): _rebuild_parameter,
        Global("torch.storage", "_load_from_bytes"): load_bytes,
        **NUMPY,
    }


# === NumPy's scalars, such as a best score ===

SCALARS = {"f8": "<f8", "f4": "<f4", "f2": "<f2", "i8": "<i8", "i4": "<i4", "b1": "?"}


def _scalar(dtype, data):
    """In the place of `numpy.core.multiarray.scalar`."""
    kind = dtype.args[0]
    little = dtype.state is None or dtype.state[1] in ("<", "|")
    if kind not in SCALARS or not little:
        raise ValueError(f"a scalar of unknown type {str(kind)[:40]!r}")
    return np.frombuffer(data, SCALARS[kind], 1)[0].item()


NUMPY: dict[Global, Callable] = {
    Global("numpy.core.multiarray", "scalar"): _scalar,
    Global("numpy._core.multiarray", "scalar"): _scalar,
}
