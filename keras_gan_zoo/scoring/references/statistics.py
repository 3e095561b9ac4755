"""Files of moments: our own, and those of pytorch-fid and clean-fid."""

import hashlib
import json
import os
import pathlib
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.references.reference import Reference
from keras_gan_zoo.typing import PathLike

SUFFIX = ".npz"
UNREADABLE = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)
# The facts about its moments that a file has as text.
FACTS = (
    "name",
    "dataset",
    "split",
    "fingerprint",
    "extractor",
    "extractor_sha256",
    "image_shape",
)


def has_statistics(path: Any) -> bool:
    """Whether this is the path of an `.npz` file, and not one of images.

    One that can't be read counts as statistics, which `read_statistics` refuses.
    """
    if not isinstance(path, str | os.PathLike) or not str(path).endswith(SUFFIX):
        return False
    try:
        with np.load(os.path.expanduser(path), allow_pickle=False) as file:
            names = set(file.files)
            if names & {"mu", "sigma", "mean", "covariance"}:
                return True
            return not any(_rank(file, name) in (3, 4) for name in names)
    except (*UNREADABLE, KeyError):
        return True


def _rank(file, name):
    """The number of axes of an array in an `.npz` file, whose values are not read."""
    with file.zip.open(f"{name}.npy") as member:
        major, _ = np.lib.format.read_magic(member)
        header = {
            1: np.lib.format.read_array_header_1_0,
            2: np.lib.format.read_array_header_2_0,
        }[major]
        return len(header(member)[0])


def read_statistics(path: PathLike) -> Reference:
    """Read a `Reference` from an `.npz` file of moments."""
    try:
        with np.load(os.path.expanduser(path), allow_pickle=False) as file:
            values = {key: file[key] for key in file.files}
    except (*UNREADABLE, KeyError) as error:
        raise ValueError(
            "A statistics file must be an intact `.npz` of plain arrays. "
            f"Received: reference={str(path)!r}, which can't be read: {error}"
        ) from error
    mean: Any = values.get("mean", values.get("mu"))
    covariance: Any = values.get("covariance", values.get("sigma"))
    if np.ndim(covariance) == 0 and np.size(mean) == 1 and covariance is not None:
        mean, covariance = np.reshape(mean, 1), np.reshape(covariance, (1, 1))
    if mean is None or covariance is None:
        raise ValueError(
            "An `.npz` file must have images, or the statistics `count`, `mean` and "
            "`covariance` (or `mu` and `sigma`). "
            f"Received: reference={str(path)!r} with {sorted(values)}"
        )
    if mean.ndim != 1 or covariance.shape != 2 * mean.shape or mean.size == 0:
        raise ValueError(
            "A statistics file must have a mean of shape (d,) and a covariance of "
            f"shape (d, d). Received: reference={str(path)!r} with shapes {mean.shape} "
            f"and {covariance.shape}"
        )
    numbers = {mean.dtype.kind, covariance.dtype.kind} <= set("fiu")
    if not (numbers and np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ValueError(
            "Statistics must be finite numbers. "
            f"Received: reference={str(path)!r} with NaN, infinity or no numbers"
        )
    size = abs(covariance).max()
    if (
        not np.allclose(covariance, covariance.T, rtol=1e-4, atol=1e-6 * size)
        or covariance.diagonal().min() < -1e-6 * size
    ):
        raise ValueError(
            "A covariance must be symmetric, without negative variances. "
            f"Received: reference={str(path)!r}, whose `sigma` is not a covariance"
        )
    texts: dict[str, Any] = {
        key: str(values[key]) or None for key in FACTS if key in values
    }
    if not texts.get("fingerprint"):  # another tool's file: the images are unknown
        digest = hashlib.sha256(np.ascontiguousarray(mean, "float64").data)
        digest.update(np.ascontiguousarray(covariance, "float64").data)
        texts["fingerprint"] = f"statistics {digest.hexdigest()}"
    count = int(values["count"]) if "count" in values else None
    spatial = None
    if {"spatial_mean", "spatial_covariance"} <= values.keys():
        spatial = Moments.from_statistics(
            count or 2, values["spatial_mean"], values["spatial_covariance"]
        )
    counts = values.get("label_counts")
    return Reference(
        preparation=_preparation(values.get("preparation"), path),
        label_counts=None if counts is None else np.array(counts, "int64"),
        label_names=_label_names(values, texts.get("dataset"), path),
        **{"name": pathlib.Path(path).name, **texts},
        moments=Moments.from_statistics(count or 2, mean, covariance),
        spatial=spatial,
        num_real=count,
        origin="statistics file",
    )


def _label_names(values, dataset, path):
    """The names of the classes that a file has, or that all know; or None."""
    if "label_names" not in values:
        return CATALOGUE[dataset].label_names if dataset in CATALOGUE else None
    names = tuple(map(str, np.ravel(values["label_names"])))
    if len(names) < np.size(values.get("label_counts", ())):
        raise ValueError(
            "A statistics file must have a name for each of its classes, or none. "
            f"Received: reference={str(path)!r} with the names {names[:10]}"
        )
    return names


def _preparation(text, path):
    """What a file says of how its images were prepared, a dict or None."""
    if text is None:
        return None
    try:
        found = json.loads(str(text))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(
            "The `preparation` in a statistics file must be a JSON object. "
            f"Received: reference={str(path)!r} with {str(text)!r:.80}"
        )
    return found


def write_statistics(reference: Reference, extractor: Any, path: PathLike) -> Path:
    """Write a `Reference` as an `.npz` that `load_reference` reads."""
    return reference.moments.save(
        path,
        name=reference.name,
        dataset=reference.dataset or "",
        split=reference.split or "",
        fingerprint=reference.fingerprint or "",
        extractor=extractor.name,
        extractor_sha256=extractor.sha256,
        image_shape=reference.image_shape or "",
        probe=extractor.probe,
        **_arrays(reference),
    )


def export_statistics(reference: Reference, path: PathLike) -> Path:
    """Write a `Reference` in the format of pytorch-fid and clean-fid: `mu`, `sigma`.

    What else is known about it is kept in the file, so that `load_reference` still
    rejects it under another extractor, and labels are balanced like those of its
    images.

    Args:
        reference: `Reference`.
        path: file name; `.npz` is added if it does not end in it.

    Returns:
        `pathlib.Path` of the file.
    """
    if Path(path).suffix != SUFFIX:
        path = f"{os.fspath(path)}{SUFFIX}"
    texts = {key: getattr(reference, key) for key in FACTS}
    values = {key: value for key, value in texts.items() if value}
    values |= {"mu": reference.moments.mean, "sigma": reference.moments.covariance}
    if reference.num_real is not None:
        values["count"] = reference.num_real
    if reference.preparation:
        values["preparation"] = json.dumps(reference.preparation)
    values |= _arrays(reference)
    return write_atomically(path, lambda file: np.savez(file, **values))


def _arrays(reference):
    """What is known of a `Reference` beside the moments of its features, as arrays."""
    arrays = {}
    if reference.label_counts is not None:
        arrays["label_counts"] = reference.label_counts
    if reference.label_names:
        arrays["label_names"] = np.array(reference.label_names, "U")
    if reference.spatial is not None:
        arrays["spatial_mean"] = reference.spatial.mean
        arrays["spatial_covariance"] = reference.spatial.covariance
    return arrays
