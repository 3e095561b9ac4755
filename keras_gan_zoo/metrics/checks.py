"""What every metric asks of its input."""

import numpy as np


def check_rows(rows, name, at_least=1, dtype="float64"):
    """`rows` as a finite matrix (n, d) with `n >= at_least`.

    `dtype=None` leaves floats as narrow as they came, for a function that widens them
    block by block.
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


def check_finite(rows, name, unit="row", start=0):
    """Refuse NaN and infinity, and say in which rows; the first has number `start`."""
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"`{name}` must be finite. Received: {name} with NaN or infinity in "
            f"{np.sum(~finite)} of the {unit}s {start} to {start + len(rows) - 1}, "
            f"the first of them {unit} {start + np.argmin(finite)}"
        )


def check_pair(generated, real, at_least=1, dtype="float64"):
    """Two matrices of one extractor's features, each by `check_rows`."""
    generated = check_rows(generated, "generated", at_least, dtype)
    real = check_rows(real, "real", at_least, dtype)
    if generated.shape[1] != real.shape[1]:
        raise ValueError(
            "`generated` and `real` must come from one extractor, and so have equally "
            f"many columns. Received: generated of shape {generated.shape}, real of "
            f"shape {real.shape}"
        )
    return generated, real


def check_labels(labels, name, count=None):
    """`labels` as a vector of integers, `count` of them."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.size == 0 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`{name}` must be a vector of integers, one a sample, for example "
            f"[0, 3, 1]. Received: {name} of shape {labels.shape} and type "
            f"{labels.dtype}"
        )
    if count is not None and len(labels) != count:
        raise ValueError(
            f"`{name}` must have one label for each row of features. Received: "
            f"{name} of length {len(labels)}, features of {count} rows"
        )
    return labels
