"""Class labels in any common form, as whole numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

NUMBERS = "biuf"  # kinds of dtypes


def check_labels(labels: Any, n: int, num_classes: int, name: str = "y") -> np.ndarray:
    """Return labels as int32 `(n,)`, or raise a helpful error.

    Args:
        labels: anything that NumPy can convert: whole numbers `(n,)` or `(n, 1)`, or
            one-hot rows `(n, num_classes)`.
        n: int, the number of images.
        num_classes: int.
        name: str, the argument's name in error messages.

    Returns:
        int32 array of shape `(n,)`.

    Raises:
        ValueError: a wrong length, numbers that are not whole or not below
            `num_classes`, NaN, rows that are not one-hot.

    Example:

    >>> check_labels([[0, 1, 0], [1, 0, 0]], n=2, num_classes=3)
    array([1, 0], dtype=int32)
    """
    found, what = _as_array(labels, name)
    if found.dtype.kind not in NUMBERS:
        raise ValueError(
            f"`{name}` must be class labels as whole numbers from 0 to "
            f"{num_classes - 1}, or one-hot rows. Number the classes first, for "
            f"example with `np.unique(names, return_inverse=True)`. Received: {what}"
        )
    if found.shape == (n, 1) and num_classes > 1:
        found = found[:, 0]
    if found.shape not in ((n,), (n, num_classes)):
        raise ValueError(
            f"`{name}` must have a label for each image: shape ({n},), or one-hot rows "
            f"({n}, {num_classes}). Received: {what}"
        )
    _check_finite(found, name, what)
    if found.ndim == 2:
        return _of_rows(found, name, what).astype("int32")
    low, high = (found.min(), found.max()) if n else (0, 0)
    if (found != np.floor(found)).any() or low < 0 or high >= num_classes:
        raise ValueError(
            f"`{name}` must be whole numbers from 0 to {num_classes - 1}, for "
            f"`num_classes={num_classes}`. Received: {what} with values from {low:g} "
            f"to {high:g}"
        )
    return found.astype("int32")


def read_labels(
    labels: Any, n: int, name: str = "labels"
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Labels as a data set has them, which need not say how many classes there are.

    Args:
        labels: whole numbers or names of classes, `(n,)` or `(n, 1)`, or one-hot rows.
        n: int, the number of images.
        name: str, what error messages call them.

    Returns:
        `(labels, names)`: int64 `(n,)`, and a sorted tuple of str, or None for numbers.

    Raises:
        ValueError: a wrong length, numbers that are not whole, NaN, rows that are not
            one-hot.

    Example:

    >>> read_labels(["cat", "ant", "cat"], n=3)
    (array([1, 0, 1]), ('ant', 'cat'))
    """
    found, what = _as_array(labels, name)
    if found.dtype.kind not in f"{NUMBERS}SU":
        raise ValueError(
            f"`{name}` must be whole numbers, one-hot rows, or names of classes. "
            f"Received: {what}"
        )
    is_text = found.dtype.kind in "SU"
    if found.shape == (n, 1):
        found = found[:, 0]
    if found.shape[:1] != (n,) or found.ndim > 2 or (is_text and found.ndim == 2):
        raise ValueError(
            f"`{name}` must have a label for each of the {n} images: shape ({n},), or "
            f"one-hot rows. Received: {what}"
        )
    if is_text:
        text = np.char.decode(found, "utf8") if found.dtype.kind == "S" else found
        names, numbers = np.unique(text, return_inverse=True)
        return numbers.astype("int64"), tuple(names.tolist())
    _check_finite(found, name, what)
    if found.ndim == 2:
        return _of_rows(found, name, what).astype("int64"), None
    if (found != np.floor(found)).any():
        raise ValueError(
            f"`{name}` must be whole numbers, one-hot rows, or names of classes. "
            f"Received: {what} with values from {found.min():g} to {found.max():g}"
        )
    return found.astype("int64"), None


def as_vector(labels: Any, name: str = "labels") -> np.ndarray:
    """Labels in a column or in one-hot rows as a vector, and others as they are.

    Example:

    >>> as_vector([[0, 1, 0], [1, 0, 0]]), as_vector([[4], [2]])
    (array([1, 0]), array([4, 2]))
    """
    found, what = _as_array(labels, name)
    if found.ndim != 2 or found.dtype.kind not in NUMBERS:
        return found
    return found[:, 0] if found.shape[1] == 1 else _of_rows(found, name, what)


def _as_array(labels, name):
    """Labels as an array, and what to call it where it is refused."""
    labels = labels.detach().cpu() if hasattr(labels, "detach") else labels
    try:
        found = np.asarray(labels)
    except ValueError as error:  # rows of several lengths
        raise ValueError(
            f"`{name}` must be whole numbers, or one-hot rows of one length. "
            f"Received: {name} that make no array, {error}"
        ) from error
    return found, f"{name} of shape {found.shape} and dtype {found.dtype}"


def _check_finite(found, name, what):
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        bad = int((~np.isfinite(found)).sum())
        raise ValueError(
            f"`{name}` must be finite. Received: {bad} values that are not, {what}"
        )


def _of_rows(rows, name, what):
    """The labels that one-hot rows stand for."""
    if not (np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all()):
        raise ValueError(
            f"Rows of `{name}` must be one-hot: one 1 and zeros. Received: {what}"
        )
    return rows.argmax(axis=1)


def renumber(
    labels: np.ndarray | None,
    names: Sequence[str] | None,
    known: Sequence[str] | None,
) -> np.ndarray | None:
    """Labels of data, numbered as a GAN numbers its classes.

    Args:
        labels: int array `(n,)`, or None.
        names: the names of the data's classes, in the order of `labels`, or None.
        known: the names of the GAN's classes, or None.

    Returns:
        The labels; as they are where either has no names.

    Raises:
        ValueError: the data have a class that the GAN does not know.

    Example:

    >>> renumber(np.array([0, 1, 1]), ("ant", "cat"), ("ant", "bee", "cat"))
    array([0, 2, 2])
    """
    if labels is None or not names or not known or tuple(names) == tuple(known):
        return labels
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(
            "The classes of the data must be among the GAN's, by name: those it was "
            "built with, `label_names=[...]`, or those of the first data that it was "
            "trained on. Rename the folders, or pass arrays if a number is to mean "
            "another class from now on: `fit(images, labels)`. Received: data with "
            f"{', '.join(map(repr, names[:10]))}, of which the GAN lacks "
            f"{', '.join(map(repr, unknown[:10]))}; it has "
            f"{', '.join(map(repr, known[:10]))}"
        )
    return np.array([list(known).index(name) for name in names])[labels]
