"""Rows in blocks, so that no wide copy of all of them is in memory."""

SIZE = 1000


def parts(rows):
    """Views of `SIZE` rows each, the last of what is left."""
    return [rows[a : a + SIZE] for a in range(0, len(rows), SIZE)]


def centre_of(rows):
    """Mean of the rows, float64; the row itself, to the bit, where all are equal."""
    first = rows[0].astype("float64")
    return first + sum((part - first).sum(axis=0) for part in parts(rows)) / len(rows)
