"""The weights of the FID Inception: downloaded, cached and checked."""

import contextlib
import hashlib
import os
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.files import cache_folder, write_atomically
from keras_gan_zoo.weight_files import read_weights

FILE = "pt_inception-2015-12-05-6726825d.pth"
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"

# The same file in two places: pytorch-fid's release, and torch-fidelity's.
SOURCES = (
    f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE}",
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth",
)
TIMEOUT = 30  # seconds without a byte


def load_inception_weights(
    weights: Any, shapes: Mapping[str, tuple]
) -> tuple[dict[str, np.ndarray], str | None]:
    """Load and check the arrays of the Inception network.

    Args:
        weights: `None` for the published file, from the cache
            (`KERAS_GAN_ZOO_CACHE`) or downloaded from its public source. Or the path of
            a torch state dict (`.pth`, in either of torch's formats), of an `.npz` or
            another container that `weight_files` reads, or a dict of arrays. All have
            the published names, such as `Mixed_5b.branch1x1.conv.weight`, kernels as
            (out, in, height, width).
        shapes: dict of the expected shapes by name.

    Returns:
        `(arrays, sha256)`: a dict of float32 arrays, and the sha256 of the file, or
        None if there was none.

    Raises:
        ValueError: a file that can't be read, other names or shapes than expected,
            values that are not finite.
        ConnectionError: the published file could not be downloaded.

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
    arrays = _check(_read(data, origin), shapes, origin)
    return arrays, hashlib.sha256(data).hexdigest()


# === The published file ===


def published_weights() -> bytes:
    """The bytes of the published file, from the cache or downloaded and cached."""
    path = cache_folder() / FILE
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if _is_published(data):
        return data  # a damaged or truncated cache is replaced
    data = _pull()
    with contextlib.suppress(OSError):  # a full disk or a read-only home costs time
        write_atomically(path, lambda file: file.write(data))
    return data


def _pull():
    failures = []
    for url in SOURCES:
        print(f"Downloading the Inception weights (96 MB) from {url}", file=sys.stderr)
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
                data = response.read()
        except Exception as error:  # urllib, sockets, TLS and HTTP have their own
            failures.append(f"{url}: {type(error).__name__}: {error}")
            continue
        if _is_published(data):
            return data
        failures.append(f"{url}: {len(data)} bytes with another sha256")
    raise ConnectionError(
        "The Inception weights could not be downloaded. Check the connection. "
        f"Or fetch {FILE} elsewhere and pass its path: `InceptionV3FID(weights=path)`. "
        "Received: " + "; ".join(failures)
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


def _read(data, origin):
    try:
        weights = read_weights(data, origin=origin)
        return {name: np.asarray(tensor) for name, tensor in weights.items()}
    except ValueError as error:
        cause = error.__cause__
        raise ValueError(
            "Inception weights must be a complete .pth file with a state dict of "
            "torch's, or an .npz of arrays; download or copy it again. "
            f"Received: {origin} ({type(cause).__name__}: {cause})"
        ) from error


# === Names and shapes ===


def _check(arrays, shapes, origin):
    """Check for exactly the expected names; returns float32 arrays."""
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
                f"The Inception weight {name!r} must have floats of shape "
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
    """Whether it is torch's count of batches, which is of no use."""
    return isinstance(name, str) and name.endswith(".num_batches_tracked")


def _some(word, names):
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{word}: {', '.join(names[:3])}{more}. "
