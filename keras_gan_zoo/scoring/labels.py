"""The label of each sample: as given, uniform, or balanced like the reference."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan_zoo.labels import as_vector, renumber
from keras_gan_zoo.metrics.checks import check_labels
from keras_gan_zoo.scoring.measures import METRICS
from keras_gan_zoo.typing import ArrayLike

WAYS = ("reference", "uniform")


def balanced(counts: ArrayLike, n: int) -> np.ndarray:
    """Labels for samples, such that any first few have each label in its share.

    By Webster's method: image j of a label with the share p is due at (j + 1/2) / p. So
    a sample's label depends only on its number, and as many samples as the sum of the
    counts have exactly these counts.

    Args:
        counts: numbers, the weight of each label, starting from 0.
        n: int.

    Returns:
        int32 array `(n,)`.

    Example:

    >>> balanced([2, 0, 4], 9)
    array([2, 0, 2, 2, 0, 2, 2, 0, 2], dtype=int32)
    """
    shares = np.asarray(counts, "float64") / np.sum(counts)
    held = np.flatnonzero(shares)
    enough = np.ceil((n + len(held)) * shares[held]).astype(int) + 1
    labels = np.repeat(held, enough)
    turns = np.concatenate([np.arange(number) for number in enough])
    due = (turns + 0.5) / shares[labels]
    return labels[np.argsort(due, kind="stable")][:n].astype("int32")


def check_wanted(wanted: Any, source: Any, metrics: Sequence[str]) -> None:
    """Raise an error for labels that can't be used, before anything is computed."""
    by_class = [name for name in metrics if "labels" in METRICS[name].reads]
    if isinstance(wanted, str) and wanted not in WAYS:
        raise ValueError(
            f"`labels` must be one of {list(WAYS)} or an array of int, one per sample. "
            f"Received: labels={wanted!r}"
        )
    if source.num_classes is None and isinstance(wanted, str):
        raise ValueError(
            f"`labels={wanted!r}` is for class-conditional GANs, which can make images "
            "of any class. Pass an array of int, one for each image, if there is "
            f"one. Received: a source of type {source.facts['source']!r}"
        )
    if not source.takes_labels and (wanted is not None or by_class):
        raise ValueError(
            "An unconditional GAN makes images without labels: leave out `labels` and "
            "the metrics by class, "
            + ", ".join(f"`{n}`" for n, m in METRICS.items() if "labels" in m.reads)
            + f". Received: source={source.facts['source']!r}, "
            + (f"metrics={by_class}" if by_class else "labels that it can't take")
        )


def numbered_alike(
    reference: Any, source: Any, wanted: Any, metrics: Sequence[str]
) -> Any:
    """The reference, its classes numbered as those of the samples, by their names.

    Args:
        reference: `Reference` or None.
        source: see `keras_gan_zoo.scoring.sources`.
        wanted: the `labels` of `score`.
        metrics: names.

    Returns:
        `Reference` or None; the same one where either has no names, or no class counts.

    Raises:
        ValueError: a folder or file has a class that the samples can't have.
    """
    known = _names_of(source, wanted)
    names = None if reference is None else reference.label_names
    counted = any("labels" in METRICS[name].reads for name in metrics)
    is_gan, given = source.num_classes is not None, not isinstance(wanted, str | None)
    if is_gan and not given and wanted != "uniform":
        counted = True  # samples are balanced like the reference
    if not (counted and names and known) or tuple(names) == tuple(known):
        return reference
    if reference.label_counts is None:
        return reference
    unknown = [name for name in names if name not in known]
    if unknown and reference.dataset:  # whose numbers are known to all
        return reference
    if unknown:
        raise ValueError(
            "The classes of the reference must be among those of the samples, by name. "
            "Rename its folders, pass the pair `(images, labels)`, or for a GAN "
            "`labels='uniform'` and no metric by class. "
            f"Received: reference={reference.name!r} with "
            f"{', '.join(map(repr, unknown[:10]))}, samples of "
            f"{', '.join(map(repr, known[:10]))}"
        )
    held = np.arange(len(reference.label_counts))
    counts = np.zeros(len(known), "int64")
    counts[renumber(held, names, known)] = reference.label_counts
    return dataclasses.replace(
        reference,
        labels=renumber(reference.labels, names, known),
        label_counts=counts,
        label_names=tuple(known),
    )


def columns_of(
    extractor: Any, source: Any, wanted: Any, metrics: Sequence[str]
) -> np.ndarray | None:
    """The logits' places in the order of the samples' classes, matched by their names.

    Args:
        extractor, source: see `keras_gan_zoo.scoring.job.Job`.
        wanted: the `labels` of `score`.
        metrics: names.

    Returns:
        int array, those of other classes behind them; None if that is how they are,
        and where no name stands against it.

    Raises:
        ValueError: the extractor has classes in other places, and does not know all.
    """
    read = any({"logits", "labels"} <= set(METRICS[name].reads) for name in metrics)
    names, known = _names_of(source, wanted), extractor.label_names
    if not (read and names and known) or _agree(names, known):
        return None
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(
            "An extractor that reads the class of an image must know all classes of "
            "the samples, by name. Leave out the metric, or pass an `Extractor` that "
            f"has all. Received: extractor={extractor.name!r} without "
            f"{', '.join(map(repr, unknown[:10]))}"
        )
    order = [*names, *(name for name in known if name not in names)]
    return renumber(np.arange(len(order)), order, known)


def _agree(names, known):
    """Whether what two lists have in common is in the same places."""
    return all(known[i : i + 1] == (n,) for i, n in enumerate(names) if n in known)


def _names_of(source, wanted):
    """The names of the samples' classes; none if labels were given as numbers."""
    given = not isinstance(wanted, str | None)
    is_gan = source.num_classes is not None
    return source.label_names if is_gan or not given else None


def assign(
    wanted: Any, source: Any, reference: Any, metrics: Sequence[str], count: int
) -> dict[str, Any]:
    """Give the source its labels, and describe them for the conditions of a report.

    Args:
        wanted: `"reference"`, `"uniform"`, an array, or None.
        source: see `keras_gan_zoo.scoring.sources`; its `labels` are set.
        reference: `Reference` or None.
        metrics: names.
        count: int, the number of samples in all repeats.

    Returns:
        dict, empty if the source has no labels.
    """
    counts = None if reference is None else reference.label_counts
    if wanted is None and source.num_classes and counts is not None:
        wanted = "reference"
    if wanted is None:
        how = "of the source"
        if source.num_classes and source.labels is None:
            how = "drawn by the GAN, from the seed's stream"
    elif not isinstance(wanted, str):
        source.set_labels(check_labels(as_vector(wanted), "labels"), count)
        how = "as given"
    elif wanted == "uniform":
        source.set_labels(balanced(np.ones(source.num_classes), count), count)
        how = "uniform"
    else:
        source.set_labels(balanced(_counts(reference, source), count), count)
        how = "balanced as the reference"
    by_class = [name for name in metrics if "labels" in METRICS[name].reads]
    if by_class and source.labels is None:
        raise ValueError(
            f"{by_class} need the label of each sample. Pass `labels=`, "
            + ("'uniform' or " if source.num_classes else "")
            + "an array of int, one per sample. Received: labels=None"
        )
    if source.labels is None and not source.num_classes:
        return {}
    return {"labels": how, "num_classes": source.num_classes}


def few(collection: Any, reference: Any, metrics: Sequence[str]) -> dict[str, Any]:
    """Classes with fewer images than features have dimensions, a dict.

    Their covariances lack full rank, so their Frechet distances have a large bias.
    """
    if "class_fid" not in metrics:
        return {}
    dimensions = reference.moments.mean.size
    found = {}
    for side, labels in (
        ("generated", collection.rows["labels"].matrix[:, 0]),
        ("real", reference.labels),
    ):
        names, counts = np.unique(labels, return_counts=True)
        found[side] = {
            str(name): int(count)
            for name, count in zip(names, counts, strict=True)
            if count < dimensions
        }
    if not any(found.values()):
        return {}
    return {"small_classes": {"dimensions": dimensions, **found}}


def _counts(reference, source):
    counts = None if reference is None else reference.label_counts
    if counts is None:
        raise ValueError(
            "`labels='reference'` needs a reference with labels from 0 on. Pass a data "
            "set that has them, a folder with one sub-folder per class, or the pair "
            "`(images, labels)`; or labels='uniform'. Received: reference="
            + ("None" if reference is None else repr(reference.name))
        )
    if len(counts) > source.num_classes:
        raise ValueError(
            f"The reference has labels up to {len(counts) - 1}, but the GAN has "
            f"{source.num_classes} classes. Pass `labels='uniform'` or an array. "
            f"Received: reference={reference.name!r}"
        )
    return counts
