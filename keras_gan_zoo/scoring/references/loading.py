"""`load_reference`: what samples are compared with, by name, from images or a file."""

import dataclasses
import inspect
import os
from collections.abc import Collection
from typing import Any

import numpy as np

from keras_gan_zoo import backend, datasets
from keras_gan_zoo.datasets.adapters import is_batched
from keras_gan_zoo.labels import as_vector
from keras_gan_zoo.metrics.checks import check_labels
from keras_gan_zoo.scoring import progress
from keras_gan_zoo.scoring.collectors import Rows
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.references.cache import (
    bundled_reference,
    read_cache,
    write_cache,
)
from keras_gan_zoo.scoring.references.reference import Reference
from keras_gan_zoo.scoring.references.statistics import (
    has_statistics,
    read_statistics,
)
from keras_gan_zoo.typing import PathLike, ValueRange


def dataset_of(reference: Any) -> str | None:
    """`"mnist"` for `"mnist:test"`; None if a reference is not named like that."""
    if not isinstance(reference, str) or datasets.is_array_file(reference):
        return None
    name = datasets.split_name(reference)[0]
    return name if name in datasets.CATALOGUE else None


def load_reference(
    reference: Any,
    extractor: Any,
    batch_size: int = 250,
    needs: Collection[str] = (),
    verbose: bool | int | str = 0,
    value_range: ValueRange | None = None,
) -> Reference:
    """Load a reference for an extractor.

    It comes from the package, or else from the cache, or else it is computed from the
    images and then cached.

    Args:
        reference: `"name:split"` such as `"mnist:test"`, an array, a pair `(images,
            labels)`, an image folder, a zip file of one, an `.npy` or `.npz` file of
            images, a tf.data set, `PyDataset`, `DataLoader` or generator of batches,
            which is read to its end, an `.npz` file of statistics (`count`, `mean`,
            `covariance`, or the `mu`, `sigma` of pytorch-fid and clean-fid), or a
            `Reference`.
        extractor: an `Extractor` with features.
        batch_size: int.
        needs: what is needed besides the moments of features: any of `"spatial"`
            (moments of the spatial features), `"features"` (all rows of them),
            `"labels"` and `"images"`.
        verbose: 0, or 1 for a progress bar if they are computed.
        value_range: `(black, white)` of float images; they are rounded to uint8.

    Returns:
        `Reference`.

    Raises:
        ValueError: an unknown or unreadable reference, one that was made with
            another extractor, or a statistics file if more is needed.
    """
    needs = set(needs) - {"moments"}
    if has_statistics(reference):
        reference = read_statistics(reference)
    if isinstance(reference, Reference):
        reference.check_extractor(extractor)
        return reference.check_holds(needs)
    facts: dict[str, Any] = {"dataset": None, "split": None}
    if is_batched(reference):
        images, labels = datasets.gather(reference, value_range)
        facts |= {"name": type(reference).__name__, "labels": labels}
    elif inspect.isgeneratorfunction(reference):
        raise ValueError(
            "This function makes a generator: call it, for example "
            f"`{reference.__name__}()`. Received: reference={reference!r}"
        )
    elif isinstance(reference, datasets.ImageFolder):
        images, labels, names = datasets.open_images(reference)
        # The path is that of a folder, even if it reads like a data set's name.
        name, split = os.path.abspath(reference.path), reference.split
        facts |= {"name": title_of(name, split), "split": split, "labels": labels}
        facts |= {"preparation": reference.preparation.facts(), "label_names": names}
    elif not isinstance(reference, str | os.PathLike):
        images, labels = reference if _is_pair(reference) else (reference, None)
        facts |= {"name": "array", "labels": labels}
    else:
        found = bundled_reference(reference, extractor)
        if found is not None and not found.missing(needs):
            return found
        name, split = datasets.split_name(reference)
        images, labels, names = datasets.open_images(name, split, verbose=verbose)
        known = name if name in datasets.CATALOGUE else None
        facts |= {"dataset": known, "split": split, "labels": labels}
        facts["label_names"] = names
        facts["name"] = title_of(*datasets.split_name(reference, None), split)
    images = datasets.as_uint8(images, value_range)
    return _from_images(images, extractor, batch_size, needs, verbose, facts)


def title_of(name: PathLike, split: str | None, default: str | None = None) -> str:
    """What reports call images: `"mnist:test"`, `"folder faces"`, `"file faces.npz"`.

    The split of a folder or file is only named if it was given.

    Example:

    >>> title_of("mnist", None, "train"), title_of("./faces", None, "train")
    ('mnist:train', 'folder faces')
    """
    if name in datasets.CATALOGUE:
        return f"{name}:{split or default}"
    kind = "file" if os.path.isfile(name) else "folder"
    title = f"{kind} {os.path.basename(os.path.abspath(name))}"
    return f"{title}:{split}" if split else title


def compute_reference(
    images: np.ndarray,
    extractor: Any,
    batch_size: int = 250,
    needs: Collection[str] = (),
    verbose: bool | int | str = 0,
    fingerprint: str | None = None,
    **facts: Any,
) -> Reference:
    """Compute a `Reference` from uint8 images; see `load_reference`.

    Args:
        fingerprint: str, that of the images, if it is already known.
        **facts: other fields of a `Reference`: `name`, `dataset`, `split`, `labels` ...
    """
    outputs = ("features", "spatial") if "spatial" in needs else ("features",)
    moments = {output: Moments() for output in outputs}
    rows = Rows("features", len(images)) if "features" in needs else None
    show = progress.bar(len(images), verbose)
    starts = range(0, len(images), batch_size)
    parts = [slice(start, start + batch_size) for start in starts]
    with backend.full_float32():
        for start, batch in zip(starts, datasets.read(images, parts), strict=True):
            found = extractor.extract(batch, batch_size, outputs)
            for output in outputs:
                moments[output].update(found[output])
            if rows is not None:
                rows.update(start, found["features"])
            show(start + len(batch))
    return Reference(
        moments=moments["features"],
        spatial=moments.get("spatial"),
        fingerprint=fingerprint or datasets.fingerprint(images),
        num_real=len(images),
        extractor=extractor.name,
        extractor_sha256=extractor.sha256,
        image_shape="x".join(map(str, images.shape[1:])),
        features=None if rows is None else rows.matrix,
        images=np.asarray(images) if "images" in needs else None,
        **facts,
    )


def _from_images(images, extractor, batch_size, needs, verbose, facts):
    extractor.check(images)
    if len(images) < 2:
        raise ValueError(
            "A reference needs at least 2 images, and thousands for a stable score. "
            f"Received: {len(images)}"
        )
    facts |= {"label_counts": None, "label_names": facts.get("label_names")}
    if facts["labels"] is not None:
        labels = as_vector(facts["labels"])
        facts["labels"] = check_labels(labels, "labels", len(images))
        facts["label_counts"] = counts_of(facts["labels"])
    given = {"images": np.asarray(images)} if "images" in needs else {}
    known = Reference(moments=None, **facts)  # nothing is computed yet
    known.check_holds(needs & {"labels", "label_counts"})
    fingerprint = datasets.fingerprint(images)
    found = read_cache(fingerprint, extractor)
    if found is not None:
        found = dataclasses.replace(found, origin="cached", **given, **facts)
        if not found.missing(needs):
            return found
        # Keep what the entry already has.
        needs = needs | {n for n in ("spatial", "features") if not found.missing({n})}
    found = compute_reference(
        images, extractor, batch_size, needs, verbose, fingerprint, **facts
    )
    write_cache(found, extractor)
    return found


def counts_of(labels: np.ndarray) -> np.ndarray | None:
    """The number of each label, starting from 0; None if a label is negative."""
    return np.bincount(labels) if labels.min() >= 0 else None


def _is_pair(reference):
    return isinstance(reference, tuple) and len(reference) == 2
