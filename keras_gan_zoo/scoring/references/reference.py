"""What samples are compared with: reference sets, their moments and the cache."""

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import re
import time
import warnings
import zipfile
import zlib

import keras
import numpy as np

from keras_gan_zoo import backend, datasets
from keras_gan_zoo.files import cache_folder, write_atomically
from keras_gan_zoo.images import check_images
from keras_gan_zoo.scoring.collectors import Rows
from keras_gan_zoo.scoring.moments import Moments

UNREADABLE = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)
BUNDLED = pathlib.Path(__file__).with_name("bundled")


@dataclasses.dataclass
class Reference:
    """What is kept of real images, and what it was made of."""

    name: str
    moments: Moments
    dataset: str | None = None
    split: str | None = None
    fingerprint: str | None = None
    num_real: int | None = None
    extractor: str | None = None
    extractor_sha256: str | None = None
    image_shape: str | None = None  # "28x28x1"
    origin: str = "computed"
    spatial: Moments | None = None
    features: np.ndarray | None = None  # all rows, where a metric asks for them

    def moments_of(self, output):
        """The `Moments` of `"features"` or of `"spatial"` features."""
        return self.spatial if output == "spatial" else self.moments

    @property
    def facts(self):
        """For the conditions of a report."""
        return {
            "reference": self.name,
            "dataset": self.dataset,
            "split": self.split,
            "data_fingerprint": self.fingerprint,
            "num_real": self.num_real,
            "reference_image_shape": self.image_shape,
            "reference_moments": self.origin,
        }


def dataset_of(reference):
    """`"mnist"` of `"mnist:test"`; None where a reference is not named like that."""
    if not isinstance(reference, str) or _is_file(reference):
        return None
    name, _ = datasets.split_name(reference)
    return name if name in datasets.CATALOGUE else None


def load_reference(
    reference, extractor, batch_size=250, spatial=False, features=False, verbose=0
):
    """A reference under an extractor.

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
        spatial: bool: moments of the spatial features too.
        features: bool: all rows of features too.
        verbose: 0 or 1, a progress bar where they are computed.

    Returns:
        `Reference`.

    Raises:
        ValueError: an unknown or unreadable reference, one that was made with
            another extractor, or a statistics file where more is asked for.
    """
    if _is_file(reference):
        reference = read_statistics(reference)
    if isinstance(reference, Reference):
        _check_extractor(reference, extractor)
        return _check_holds(reference, spatial, features)
    options = {
        "extractor": extractor,
        "batch_size": batch_size,
        "spatial": spatial,
        "features": features,
        "verbose": verbose,
    }
    if not isinstance(reference, str | os.PathLike):
        return _from_images("array", None, None, reference, **options)
    bundled = bundled_reference(reference, extractor)
    if bundled is not None and not (spatial or features):
        return bundled
    name, split = datasets.split_name(reference)
    images, _ = datasets.load(name, split)
    if name not in datasets.CATALOGUE:
        name = f"folder {os.path.basename(os.path.abspath(name))}"
    return _from_images(f"{name}:{split}", name, split, images, **options)


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


TEXTS = (
    "name",
    "dataset",
    "split",
    "fingerprint",
    "extractor",
    "extractor_sha256",
    "image_shape",
)


def read_statistics(path):
    """A `Reference` from an `.npz` file of moments."""
    try:
        with np.load(path, allow_pickle=False) as file:
            values = {key: file[key] for key in file.files}
    except (*UNREADABLE, KeyError) as error:
        raise ValueError(
            "A statistics file is an uncorrupted `.npz` of plain arrays. "
            f"Received: reference={str(path)!r}, which can't be read: {error}"
        ) from error
    mean = values.get("mean", values.get("mu"))
    covariance = values.get("covariance", values.get("sigma"))
    if np.ndim(covariance) == 0 and np.size(mean) == 1 and covariance is not None:
        mean, covariance = np.reshape(mean, 1), np.reshape(covariance, (1, 1))
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
            "A covariance is symmetric, and no variance is negative. "
            f"Received: reference={str(path)!r}, whose `sigma` is no covariance"
        )
    texts = {key: str(values[key]) or None for key in TEXTS if key in values}
    if not texts.get("fingerprint"):  # a foreign file: no pixels are known
        digest = hashlib.sha256(np.ascontiguousarray(mean, "float64"))
        digest.update(np.ascontiguousarray(covariance, "float64"))
        texts["fingerprint"] = f"statistics {digest.hexdigest()}"
    count = int(values["count"]) if "count" in values else None
    spatial = None
    if {"spatial_mean", "spatial_covariance"} <= values.keys():
        spatial = Moments.from_statistics(
            count or 2, values["spatial_mean"], values["spatial_covariance"]
        )
    return Reference(
        **{"name": pathlib.Path(path).name, **texts},
        moments=Moments.from_statistics(count or 2, mean, covariance),
        spatial=spatial,
        num_real=count,
        origin="statistics file",
    )


def write_statistics(reference, extractor, path):
    """Write a `Reference` as an `.npz` that `load_reference` reads."""
    spatial = {}
    if reference.spatial is not None:
        spatial = {
            "spatial_mean": reference.spatial.mean,
            "spatial_covariance": reference.spatial.covariance,
        }
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
        **spatial,
    )


def export_statistics(reference, path):
    """Write a `Reference` in the layout of pytorch-fid and clean-fid: `mu`, `sigma`.

    What else is known of it stays beside them, so that `load_reference` still refuses
    it under another extractor.

    Returns:
        `pathlib.Path` of the file.
    """
    texts = {key: getattr(reference, key) for key in TEXTS}
    values = {key: value for key, value in texts.items() if value}
    values |= {"mu": reference.moments.mean, "sigma": reference.moments.covariance}
    if reference.num_real is not None:
        values["count"] = reference.num_real
    if reference.spatial is not None:
        values["spatial_mean"] = reference.spatial.mean
        values["spatial_covariance"] = reference.spatial.covariance
    return write_atomically(path, lambda file: np.savez(file, **values))


def compute_reference(
    name,
    dataset,
    split,
    images,
    extractor,
    batch_size=250,
    spatial=False,
    features=False,
    verbose=0,
):
    """A `Reference` from uint8 images; see `load_reference`."""
    outputs = ("features", "spatial") if spatial else ("features",)
    moments = {output: Moments() for output in outputs}
    rows = Rows("features", len(images)) if features else None
    bar = progress_bar(len(images), verbose)
    with backend.full_float32():
        for start in range(0, len(images), batch_size):
            batch = images[start : start + batch_size]
            found = extractor.extract(batch, batch_size, outputs)
            for output in outputs:
                moments[output].update(found[output])
            if rows is not None:
                rows.update(start, found["features"])
            bar(start + len(batch))
    return Reference(
        name=name,
        moments=moments["features"],
        spatial=moments.get("spatial"),
        dataset=dataset,
        split=split,
        fingerprint=datasets.fingerprint(images),
        num_real=len(images),
        extractor=extractor.name,
        extractor_sha256=extractor.sha256,
        image_shape="x".join(map(str, images.shape[1:])),
        features=None if rows is None else rows.matrix,
    )


def progress_bar(total, verbose, what="image"):
    """A function that is told how many are done, and shows the speed."""
    if not verbose:
        return lambda done: None
    bar = keras.utils.Progbar(total, unit_name=what, stateful_metrics=[f"{what}s/s"])
    started = time.perf_counter()

    def show(done):
        rate = done / (time.perf_counter() - started)
        bar.update(done, [(f"{what}s/s", rate)], finalize=done == total)

    return show


def cache_entries():
    """The statistics in the cache and in the package: dict of path -> `Reference`."""
    found = {}
    cached, shipped = cache_folder(), BUNDLED
    for path in (*sorted(cached.glob("*.npz")), *sorted(shipped.glob("*.npz"))):
        with contextlib.suppress(ValueError):
            found[path] = read_statistics(path)
    return found


def _from_images(name, dataset, split, images, extractor, batch_size, **wanted):
    images = check_images(images)
    extractor.check(images)
    if len(images) < 2:
        raise ValueError(
            "A reference takes at least 2 images, and thousands for a stable score. "
            f"Received: {len(images)}"
        )
    fingerprint = datasets.fingerprint(images)
    path = _cache_path(fingerprint, extractor)
    cached = _read_cache(path, extractor, fingerprint)
    if cached is not None and _holds(cached, wanted["spatial"], wanted["features"]):
        return dataclasses.replace(
            cached, name=name, dataset=dataset, split=split, origin="cached"
        )
    if cached is not None:  # what the entry has already, it keeps
        wanted["spatial"] |= cached.spatial is not None
        wanted["features"] |= cached.features is not None
    found = compute_reference(
        name, dataset, split, images, extractor, batch_size, **wanted
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_statistics(found, extractor, path)
        if found.features is not None:
            write_atomically(
                path.with_suffix(".npy"), lambda file: np.save(file, found.features)
            )
    except OSError as error:  # a full disk or a read-only home costs time, no score
        warnings.warn(f"The reference is not cached: {error}", stacklevel=2)
    return found


def _cache_path(fingerprint, extractor):
    key = "|".join(
        (fingerprint, extractor.sha256, extractor.preprocessing, extractor.resizing)
    )
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return cache_folder() / f"{digest}.npz"


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
    return _with_rows(found, path.with_suffix(".npy")) if same else None


def _with_rows(found, path):
    """`found` with its rows, if these are whole and have its mean."""
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


def _holds(reference, spatial, features):
    return not (spatial and reference.spatial is None) and not (
        features and reference.features is None
    )


def _check_holds(reference, spatial, features):
    if not _holds(reference, spatial, features):
        raise ValueError(
            "These metrics compare with every real image, and a statistics file has "
            "mean and covariance alone. Pass the images: a data set's name, a folder "
            f"or an array. Received: reference={reference.name!r}"
        )
    return reference


def _check_extractor(reference, extractor):
    made_with = reference.extractor_sha256
    if made_with is not None and made_with != extractor.sha256:
        raise ValueError(
            "Statistics are comparable under the extractor that made them only. "
            f"Received: reference={reference.name!r} of the extractor with sha256 "
            f"{made_with[:12]}..., scored with {extractor.name!r}, sha256 "
            f"{extractor.sha256[:12]}..."
        )


def _is_file(reference):
    return isinstance(reference, str | os.PathLike) and str(reference).endswith(".npz")
