"""What samples are compared with: reference sets, their moments and the cache."""

import dataclasses
import functools
import hashlib
import os
import pathlib
import re
import warnings
import zipfile

import numpy as np

from keras_gan_zoo import datasets
from keras_gan_zoo.images import check_images
from keras_gan_zoo.scoring.moments import Moments

BUNDLED = pathlib.Path(__file__).with_name("references")


@dataclasses.dataclass
class Reference:
    """Moments of real features, and what they were made of."""

    name: str
    moments: Moments
    dataset: str | None = None
    split: str | None = None
    fingerprint: str | None = None
    num_real: int | None = None
    extractor_sha256: str | None = None
    origin: str = "computed"
    features: np.ndarray | None = None  # kept where they were just computed

    @property
    def facts(self):
        """For the conditions of a report."""
        return {
            "reference": self.name,
            "dataset": self.dataset,
            "split": self.split,
            "data_fingerprint": self.fingerprint,
            "num_real": self.num_real,
            "reference_moments": self.origin,
        }


def dataset_of(reference):
    """`"mnist"` of `"mnist:test"`; None where a reference is not named like that."""
    if not isinstance(reference, str) or _is_file(reference):
        return None
    name, _ = datasets.split_name(reference)
    return name if name in datasets.NAMES else None


def load_reference(reference, extractor, batch_size=250):
    """The moments of a reference under an extractor.

    Looked up in this order: shipped with the package, in the cache, computed from
    the images and then cached. A cache entry is keyed by the fingerprint of the
    images and by the extractor (weights, preprocessing, resizing, and its outputs for
    two probe images); whatever can't be read or does not fit is computed again.

    Args:
        reference: `"name:split"` such as `"mnist:test"`, a uint8 array, an image
            folder, an `.npz` statistics file (`count`, `mean`, `covariance`, or the
            `mu`, `sigma` of pytorch-fid and clean-fid), or a `Reference`.
        extractor: `Extractor` with features.
        batch_size: int.

    Returns:
        `Reference`.

    Raises:
        ValueError: an unknown or unreadable reference, or one that was made with
            another extractor.
    """
    if isinstance(reference, Reference):
        return _check_extractor(reference, extractor)
    if _is_file(reference):
        return _check_extractor(read_statistics(reference), extractor)
    if not isinstance(reference, str | os.PathLike):
        return _from_images("array", None, None, reference, extractor, batch_size)
    bundled = bundled_reference(reference, extractor)
    if bundled is not None:
        return bundled
    name, split = datasets.split_name(reference)
    images, _ = datasets.load(name, split)
    if name not in datasets.NAMES:
        name = f"folder {os.path.basename(os.path.abspath(name))}"
    return _from_images(f"{name}:{split}", name, split, images, extractor, batch_size)


def bundled_reference(reference, extractor):
    """A `Reference` that ships with the package, or None."""
    path = bundled_path(reference, extractor)
    if not path.exists():
        return None
    found = read_statistics(path)
    if (found.name, found.extractor_sha256) != (reference, extractor.sha256):
        return None
    return dataclasses.replace(found, origin="shipped with keras_gan_zoo")


def bundled_path(reference, extractor):
    """Where the moments of a named reference lie in the package."""
    slug = re.sub(r"[^a-z0-9]+", "_", f"{reference}".lower()).strip("_")
    return BUNDLED / f"{slug}.{extractor.name}.npz"


def read_statistics(path):
    """A `Reference` from an `.npz` file of moments."""
    try:
        with np.load(path, allow_pickle=False) as file:
            values = {key: file[key] for key in file.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(
            "A statistics file is an uncorrupted `.npz` of plain arrays. "
            f"Received: reference={str(path)!r}, which can't be read: {error}"
        ) from error
    mean = values.get("mean", values.get("mu"))
    covariance = values.get("covariance", values.get("sigma"))
    if mean is None or covariance is None:
        raise ValueError(
            "A statistics file holds `count`, `mean` and `covariance` (or `mu` and "
            f"`sigma`). Received: reference={str(path)!r} with {sorted(values)}"
        )
    if mean.ndim != 1 or covariance.shape != 2 * mean.shape or mean.size == 0:
        raise ValueError(
            "A statistics file holds a mean of shape (d,) and a covariance of shape "
            f"(d, d). Received: reference={str(path)!r} with shapes {mean.shape} and "
            f"{covariance.shape}"
        )
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ValueError(
            "Statistics must be finite. "
            f"Received: reference={str(path)!r} with NaN or infinity"
        )
    texts = {
        key: str(values[key]) or None
        for key in ("name", "dataset", "split", "fingerprint", "extractor_sha256")
        if key in values
    }
    count = int(values["count"]) if "count" in values else None
    return Reference(
        **{"name": pathlib.Path(path).name, **texts},
        moments=Moments.from_statistics(count or 2, mean, covariance),
        num_real=count,
        origin="statistics file",
    )


def write_statistics(reference, extractor, path):
    """Write a `Reference` as an `.npz` that `load_reference` reads."""
    return reference.moments.save(
        path,
        name=reference.name,
        dataset=reference.dataset or "",
        split=reference.split or "",
        fingerprint=reference.fingerprint or "",
        extractor=extractor.name,
        extractor_sha256=extractor.sha256,
        probe=extractor.probe,
    )


def compute_reference(name, dataset, split, images, extractor, batch_size=250):
    """A `Reference` from uint8 images, features included."""
    features = [
        extractor.extract(images[i : i + batch_size], batch_size)["features"]
        for i in range(0, len(images), batch_size)
    ]
    moments = functools.reduce(Moments.update, features, Moments())
    return Reference(
        name=name,
        moments=moments,
        dataset=dataset,
        split=split,
        fingerprint=datasets.fingerprint(images),
        num_real=len(images),
        extractor_sha256=extractor.sha256,
        features=np.concatenate(features),
    )


def _from_images(name, dataset, split, images, extractor, batch_size):
    images = check_images(images)
    extractor.check(images)
    if len(images) < 2:
        raise ValueError(
            "A reference takes at least 2 images, and thousands for a stable score. "
            f"Received: {len(images)}"
        )
    fingerprint = datasets.fingerprint(images)
    key = "|".join(
        (fingerprint, extractor.sha256, extractor.preprocessing, extractor.resizing)
    )
    path = (
        datasets.cache_folder() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
    )
    cached = _read_cache(path, extractor, fingerprint)
    if cached is not None:
        return dataclasses.replace(
            cached, name=name, dataset=dataset, split=split, origin="cached"
        )
    found = compute_reference(name, dataset, split, images, extractor, batch_size)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_statistics(found, extractor, path)
    except OSError as error:  # a full disk or a read-only home costs time, no score
        warnings.warn(f"Reference moments are not cached: {error}", stacklevel=2)
    return found


def _read_cache(path, extractor, fingerprint):
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
    return found if same else None


def _check_extractor(reference, extractor):
    made_with = reference.extractor_sha256
    if made_with is not None and made_with != extractor.sha256:
        raise ValueError(
            "Statistics are comparable under the extractor that made them only. "
            f"Received: reference={reference.name!r} of the extractor with sha256 "
            f"{made_with[:12]}..., scored with {extractor.name!r}, sha256 "
            f"{extractor.sha256[:12]}..."
        )
    return reference


def _is_file(reference):
    return isinstance(reference, str | os.PathLike) and str(reference).endswith(".npz")
