"""What every metric asks of its input."""

import numpy as np


def check_rows(rows, name, at_least=1):
    """`rows` as a finite float64 matrix (n, d) with `n >= at_least`."""
    rows = np.asarray(rows, dtype="float64")
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
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"`{name}` must be finite. Received: {name} with NaN or infinity in "
            f"{np.sum(~finite)} of {len(rows)} rows, the first of them row "
            f"{np.argmin(finite)}"
        )
    return rows
