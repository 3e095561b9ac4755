"""Statistics that were computed before: in the package, or in the cache folder.

The key of a cache entry is the fingerprint of the images and the extractor (weights,
preprocessing, resizing, and its outputs for two probe images). An entry that can't be
read or does not fit is ignored.
"""

import contextlib
import dataclasses
import hashlib
import pathlib
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan_zoo.files import cache_folder, write_atomically
from keras_gan_zoo.scoring.references.reference import Reference
from keras_gan_zoo.scoring.references.statistics import (
    read_statistics,
    write_statistics,
)

BUNDLED = pathlib.Path(__file__).with_name("bundled")


def bundled_reference(reference: Any, extractor: Any) -> Reference | None:
    """A `Reference` that ships with the package, or None."""
    path = bundled_path(reference, extractor)
    if not path.exists():
        return None
    found = read_statistics(path)
    if (found.name, found.extractor_sha256) != (reference, extractor.sha256):
        return None
    return dataclasses.replace(found, origin="shipped with keras_gan_zoo")


def bundled_path(reference: Any, extractor: Any) -> Path:
    """The path of the moments of a named reference in the package."""
    slug = re.sub(r"[^a-z0-9]+", "_", f"{reference}".lower()).strip("_")
    return BUNDLED / f"{slug}.{extractor.name}.npz"


def cache_entries() -> dict[Path, Reference]:
    """The statistics in the cache and in the package, a dict of path -> `Reference`."""
    found = {}
    for folder in (cache_folder(), BUNDLED):
        for path in sorted(folder.glob("*.npz")):
            with contextlib.suppress(ValueError):
                found[path] = read_statistics(path)
    return found


def read_cache(fingerprint: str, extractor: Any) -> Reference | None:
    """What the cache has for these images and this extractor, or None."""
    path = _path(fingerprint, extractor)
    try:
        found = read_statistics(path)
        with np.load(path, allow_pickle=False) as file:
            probe = file["probe"]
    except (ValueError, KeyError):
        return None
    same = (
        found.fingerprint == fingerprint
        and found.extractor_sha256 == extractor.sha256
        and probe.shape == extractor.probe.shape
        and np.allclose(probe, extractor.probe, rtol=1e-3, atol=1e-3)
    )
    return _with_rows(found, path.with_suffix(".npy")) if same else None


def write_cache(reference: Reference, extractor: Any) -> None:
    """Cache a `Reference`, or warn if that fails."""
    path = _path(reference.fingerprint, extractor)
    try:
        write_statistics(reference, extractor, path)
        features: Any = reference.features
        if features is not None:
            write_atomically(
                path.with_suffix(".npy"),
                lambda file: np.save(file, features),
            )
    except OSError as error:  # a full disk or a read-only home only costs time
        warnings.warn(f"The reference is not cached: {error}", stacklevel=2)


def _path(fingerprint, extractor):
    key = "|".join(
        (fingerprint, extractor.sha256, extractor.preprocessing, extractor.resizing)
    )
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return cache_folder() / f"{digest}.npz"


def _with_rows(found, path):
    """`found` with its rows, if these are complete and have its mean."""
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return found
    mean = found.moments.mean
    if rows.shape == (found.num_real, mean.size) and np.allclose(
        rows.mean(axis=0, dtype="float64"), mean, rtol=1e-6, atol=1e-6
    ):
        return dataclasses.replace(found, features=rows)
    return found
