"""Which container a weights file is, and what it holds."""

import hashlib
import io
import os
from pathlib import Path

from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.weight_files.archive import Archive
from keras_gan_zoo.weight_files.contents import flatten
from keras_gan_zoo.weight_files.hdf5 import read_hdf5
from keras_gan_zoo.weight_files.npz import read_npz
from keras_gan_zoo.weight_files.opcodes import Budget
from keras_gan_zoo.weight_files.pickled import read_pickled
from keras_gan_zoo.weight_files.safetensors import read_safetensors
from keras_gan_zoo.weight_files.tensor import Weights, unreadable
from keras_gan_zoo.weight_files.torch_legacy import is_legacy, read_legacy
from keras_gan_zoo.weight_files.torch_zip import read_zip, root_of
from keras_gan_zoo.weight_files.window import KeptFile, Window


def read_weights(
    path: PathLike | bytes, sha256: str | None = None, origin: str | None = None
) -> Weights:
    """Read the names of a file's tensors; each is read when it is asked for.

    Nothing that a file names is imported or called, and nothing is allocated that a
    file declares but does not have. Read are what `torch.save` writes (both of its
    formats; state dicts, dicts of them, whole modules), pickles of modules such as
    R3GAN's and NVIDIA's, safetensors, Keras' `.weights.h5`, and `.npz`.

    Args:
        path: of the file, or its bytes.
        sha256: what it must be, 64 hexadecimal digits; checked before anything is read.
        origin: what messages call the file; its path by default.

    Returns:
        `Weights`, a mapping from dotted names, such as
        `"state_dict.blocks.0.0.conv2d1.weight"` or `"G_ema.synthesis.b4.const"`, to
        tensors; and `settings`, what plain values are beside them.

    Raises:
        ValueError: it is no such file, is cut or damaged, holds more than it may, or
            has another sha256. Also raised when a tensor is read.

    Example:

    >>> import io
    >>> import numpy as np
    >>> file = io.BytesIO()
    >>> np.savez(file, kernel=np.ones((2, 3), "float32"))
    >>> weights = read_weights(file.getvalue())
    >>> weights["kernel"]
    <Tensor of shape (2, 3), float32>
    >>> float(np.asarray(weights["kernel"]).sum())
    6.0
    """
    if origin is None:
        origin = "bytes" if isinstance(path, bytes) else os.fspath(path)
    try:
        if isinstance(path, bytes):
            window = Window(io.BytesIO(path))
        else:
            path = Path(path).expanduser()
            window = Window(KeptFile(io.FileIO(path)))
    except OSError as error:
        raise unreadable(origin, error.strerror or error) from error
    if sha256 is not None:
        window.file.seek(0)
        found = hashlib.file_digest(window.file, "sha256").hexdigest()
        if found != sha256.lower():
            raise ValueError(
                f"{origin} is another file than expected, or a damaged one: download "
                f"it again. Expected: sha256 {sha256}. Received: {found}"
            )
    try:
        tensors, settings = _read(window, path)
        if not tensors:
            raise ValueError("it holds no tensors")
        window.check_total(sum(tensor.nbytes for tensor in tensors.values()))
    except Exception as error:  # zip, pickle, struct, key, memory errors alike
        raise unreadable(origin, error) from error
    return Weights(tensors, settings, origin)


def _read(window, path):
    start, budget = bytes(window.read(0, min(window.size, 16))), Budget()
    if start.startswith(b"\x89HDF"):
        return read_hdf5(window), {}
    if start[4:9] == b"\0\0\0\0{":  # a length, and a table
        return read_safetensors(path)
    if start.startswith(b"PK\x03\x04"):
        archive = Archive(window)
        if not root_of(archive):
            return read_npz(archive), {}
        return flatten(read_zip(archive, budget), budget)
    if start.startswith(b"\x80"):
        read = read_legacy if is_legacy(window) else read_pickled
        return flatten(read(window, budget), budget)
    raise ValueError(f"a file that begins with {start!r}")
