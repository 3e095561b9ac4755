"""safetensors: a table in JSON and the numbers, read by the format's own library."""

import numpy as np

from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weight_files.tensor import BFLOAT16, Tensor

DTYPES = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": BFLOAT16,
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}


def read_safetensors(path: PathLike | bytes) -> tuple[dict[str, Tensor], dict]:
    """The tensors by name, and the texts beside them."""
    import safetensors

    if isinstance(path, bytes):
        found = safetensors.deserialize(path)
        return {name: _from_bytes(name, **parts) for name, parts in found}, {}
    file = safetensors.safe_open(path, "numpy")
    names = file.keys()
    return {name: _from_file(file, name) for name in names}, file.metadata() or {}


def _from_file(file, name):
    piece = file.get_slice(name)
    shape, dtype = tuple(piece.get_shape()), _dtype(name, piece.get_dtype())
    return Tensor(shape, dtype, lambda: file.get_tensor(name))


def _from_bytes(name, dtype, shape, data):
    array = np.frombuffer(data, _dtype(name, dtype)).reshape(shape)
    return Tensor(array.shape, array.dtype, lambda: array)


def _dtype(name, kind):
    if kind not in DTYPES:
        raise ValueError(f"{name!r} has numbers of type {kind}")
    return DTYPES[kind]
