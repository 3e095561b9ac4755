"""Checks of what metrics are given."""

from typing import Any

import numpy as np

from keras_gan_zoo.typing import ArrayLike


def check_rows(
    rows: Any, name: str, at_least: int = 1, dtype: str | None = "float64"
) -> np.ndarray:
    """Return `rows` as a finite matrix (n, d) with `n >= at_least`.

    `dtype=None` keeps the precision of floats, for functions that convert them block by
    block.
    """
    rows = np.asarray(rows, dtype=dtype)
    if rows.dtype.kind != "f":
        rows = rows.astype("float64")
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(
            f"`{name}` must be a matrix of shape (samples, dimensions), for example "
            f"(10000, 2048). Received: {name} of shape {rows.shape}"
        )
    if len(rows) < at_least:
        raise ValueError(
            f"`{name}` must have at least {at_least} rows. "
            f"Received: {name} of shape {rows.shape}"
        )
    check_finite(rows, name)
    return rows


def check_finite(
    rows: np.ndarray, name: str, unit: str = "row", start: int = 0
) -> None:
    """Raise an error if rows have NaN or infinity; the first is number `start`."""
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"`{name}` must be finite. Received: {name} with NaN or infinity in "
            f"{np.sum(~finite)} of the {unit}s {start} to {start + len(rows) - 1}, "
            f"the first of them {unit} {start + np.argmin(finite)}"
        )


def check_pair(
    generated: ArrayLike,
    real: ArrayLike,
    at_least: int = 1,
    dtype: str | None = "float64",
) -> tuple[np.ndarray, np.ndarray]:
    """Check two matrices of the same extractor's features by `check_rows`."""
    generated = check_rows(generated, "generated", at_least, dtype)
    real = check_rows(real, "real", at_least, dtype)
    if generated.shape[1] != real.shape[1]:
        raise ValueError(
            "`generated` and `real` must come from one extractor, and so have equally "
            f"many columns. Received: generated of shape {generated.shape}, real of "
            f"shape {real.shape}"
        )
    return generated, real


def check_labels(labels: ArrayLike, name: str, count: int | None = None) -> np.ndarray:
    """Return `labels` as a vector of `count` integers."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.size == 0 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`{name}` must be a vector of integers, one per sample, for example "
            f"[0, 3, 1]. Received: {name} of shape {labels.shape} and type "
            f"{labels.dtype}"
        )
    if count is not None and len(labels) != count:
        raise ValueError(
            f"`{name}` must have one label for each row of features. Received: "
            f"{name} of length {len(labels)}, features of {count} rows"
        )
    return labels


def check_level(level: float) -> None:
    """Raise a `ValueError` if a level of confidence is not between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(
            f"`level` must be between 0 and 1, for example 0.95. Received: {level=}"
        )


def refuse_probabilities(logits: np.ndarray) -> None:
    """Raise an error if rows look like probabilities: never negative, with sum 1."""
    sums = logits.sum(axis=1)
    if logits.shape[1] > 1 and logits.min() >= 0 and np.allclose(sums, 1, atol=1e-3):
        raise ValueError(
            "The Inception Score needs logits, and these look like probabilities: end "
            "the model before its softmax. Received: `logits` that are never negative "
            "and sum to 1"
        )
