"""Rows in blocks, so that memory never holds a float64 copy of all of them."""

import numpy as np

SIZE = 1000


def parts(rows: np.ndarray) -> list[np.ndarray]:
    """Views of `SIZE` rows each; the last has what is left."""
    return [rows[a : a + SIZE] for a in range(0, len(rows), SIZE)]


def centre_of(rows: np.ndarray) -> np.ndarray:
    """The mean of the rows, float64; exactly the row itself if all are equal."""
    first = rows[0].astype("float64")
    return first + sum((part - first).sum(axis=0) for part in parts(rows)) / len(rows)
