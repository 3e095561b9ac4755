"""A bar for what takes its time before there is an image."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

AFTER = 1.0  # seconds without a bar


def watched(
    items: Sequence[Any], verbose: bool | int | str = 1, what: str = "file"
) -> Iterator[Any]:
    """Items one by one, with a bar once that takes longer than a second.

    Example:

    >>> list(watched(["a.png", "b.png"]))
    ['a.png', 'b.png']
    """
    bar, began = None, time.perf_counter()
    for done, item in enumerate(items):
        if bar is None and verbose and time.perf_counter() - began > AFTER:
            import keras

            bar = keras.utils.Progbar(len(items), unit_name=what)
        if bar is not None and done % 64 == 0:
            bar.update(done)
        yield item
    if bar is not None:
        bar.update(len(items), finalize=True)
