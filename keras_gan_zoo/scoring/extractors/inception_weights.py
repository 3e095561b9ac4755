"""The weights of the FID Inception: pulled, checked, and read without running code.

The published file is a torch state dict: a pickle, in torch's format from before 1.6.
A pickle can run any code, so this reader knows only the handful of names that a state
dict consists of, takes them as data, and refuses the rest. It needs no torch.
"""

import collections
import hashlib
import io
import math
import os
import pickle
import sys
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.files import cache_folder, write_atomically

FILE = "pt_inception-2015-12-05-6726825d.pth"
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"

# The same file twice: pytorch-fid's release, and torch-fidelity's.
SOURCES = (
    f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE}",
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth",
)
TIMEOUT = 30  # seconds without a byte

OTHERWISE = (
    f"Or fetch {FILE} elsewhere and pass its path: `InceptionV3FID(weights=path)`."
)


def load_inception_weights(weights, shapes):
    """Arrays of the Inception network, checked.

    Args:
        weights: `None` for the published file, from the cache
            (`KERAS_GAN_ZOO_CACHE`) or pulled from its public source. A path of a torch
            state dict (`.pth`, either of torch's formats) or of an `.npz`. Or a dict of
            arrays. All under the published names, such as
            `Mixed_5b.branch1x1.conv.weight`, kernels as (out, in, height, width).
        shapes: dict of the expected shapes by name.

    Returns:
        `(arrays, sha256)`: dict of float32 arrays; the sha256 of the file, or None
        where there was none.

    Raises:
        ValueError: a file that can't be read, other names or shapes than expected,
            values that are not finite.
        ConnectionError: the published file could not be pulled.

    Example:

    >>> arrays, _ = load_inception_weights({"fc.bias": [1.0, 2]}, {"fc.bias": (2,)})
    >>> arrays["fc.bias"].dtype
    dtype('float32')
    """
    if weights is None:
        origin, data = "the published weights", published_weights()
    elif isinstance(weights, str | os.PathLike):
        origin, data = os.fspath(weights), _read_bytes(weights)
    elif isinstance(weights, Mapping):
        return _check(weights, shapes, "a dict"), None
    else:
        raise ValueError(
            "`weights` must be None (the published weights), the path of a .pth or "
            ".npz file, or a dict of arrays. "
            f"Received: weights of type {type(weights).__name__}"
        )
    arrays = _check(read_weights(data, origin), shapes, origin)
    return arrays, hashlib.sha256(data).hexdigest()


# === The published file ===


def published_weights():
    """The bytes of the published file, from the cache or pulled and then cached."""
    path = cache_folder() / FILE
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if _is_published(data):
        return data  # a cache that was damaged or cut short is made anew
    data = _pull()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: file.write(data))
    except OSError:
        pass  # a full disk or a read-only home costs time only
    return data


def _pull():
    failures = []
    for url in SOURCES:
        print(f"Downloading the Inception weights (96 MB) from {url}", file=sys.stderr)
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
                data = response.read()
        except Exception as error:  # urllib, sockets, TLS and HTTP have one each
            failures.append(f"{url}: {type(error).__name__}: {error}")
            continue
        if _is_published(data):
            return data
        failures.append(f"{url}: {len(data)} bytes of another sha256")
    raise ConnectionError(
        "The Inception weights could not be downloaded. Check the connection. "
        f"{OTHERWISE} Received: " + "; ".join(failures)
    )


def _is_published(data):
    return hashlib.sha256(data).hexdigest() == SHA256


def _read_bytes(path):
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise ValueError(
            "`weights` must name a file: the published one is "
            f"{FILE}. Received: weights={os.fspath(path)!r} ({error.strerror})"
        ) from error


# === Names and shapes ===


def _check(arrays, shapes, origin):
    """float32 arrays under exactly the expected names."""
    names = {name for name in arrays if not _is_counter(name)}
    missing, others = (
        sorted(shapes.keys() - names),
        sorted(map(str, names - shapes.keys())),
    )
    if missing or others:
        raise ValueError(
            f"Inception weights must have exactly the {len(shapes)} published names, "
            f"such as {next(iter(shapes))!r}. {_some('Missing', missing)}"
            f"{_some('Unknown', others)}Received: weights from {origin}"
        )
    checked = {}
    for name, shape in shapes.items():
        array = np.asarray(arrays[name])
        if array.shape != tuple(shape) or array.dtype.kind != "f":
            raise ValueError(
                f"The Inception weight {name!r} must hold floats of shape "
                f"{tuple(shape)}. Received: shape {array.shape}, dtype {array.dtype}, "
                f"from {origin}"
            )
        checked[name] = array.astype("float32", copy=False)
        lowest = 0.0 if name.endswith("running_var") else -np.inf
        if not (np.isfinite(checked[name]).all() and (checked[name] >= lowest).all()):
            raise ValueError(
                "Inception weights must be finite, and variances not negative. "
                f"Received: {name!r} from {origin}"
            )
    return checked


def _is_counter(name):
    """Batches that torch counted; of no use."""
    return isinstance(name, str) and name.endswith(".num_batches_tracked")


def _some(word, names):
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{word}: {', '.join(names[:3])}{more}. "


# === Files ===


def read_weights(data, origin="a file"):
    """Arrays by name from the bytes of a torch state dict or of an `.npz`.

    Raises:
        ValueError: it is neither, is cut short, or holds more than named tensors.
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
            "Inception weights must be a whole .pth file, a state dict as torch saves "
            "it, or an .npz of arrays; download or copy it again. "
            f"Received: {origin} ({type(error).__name__}: {error})"
        ) from error


class _Storage(NamedTuple):
    """Where a tensor's numbers are."""

    dtype: str
    key: str
    count: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple

    def view(self, numbers):
        """The tensor within its storage's numbers."""
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
    """Callable, and without attributes that a pickle could set."""

    __slots__ = ()

    def __call__(self, storage, offset, size, stride, *_):
        return _Tensor(storage, offset, size, stride)


class _RebuildParameter:
    """The same for a tensor that is a parameter."""

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
# All that a state dict may name.
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
    """Before 1.6: five pickles, then for each storage its length and its numbers."""
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
