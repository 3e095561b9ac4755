"""Splits in TFDS notation: `"train[:55000]"`, `"train[10%:20%]+test"`."""

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

PART = re.compile(r"([A-Za-z_]\w*)(?:\[(-?\d+%?)?:(-?\d+%?)?\])?")
HELP = 'for example "train", "test[:1000]", "train[10%:20%]" or "train+test"'


def parse(split: str) -> list[tuple[str, str | None, str | None]]:
    """`[(name, start, stop)]`, start and stop as text or None."""
    parts = []
    for part in str(split).split("+"):
        match = PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(
                f"A split must be in TFDS notation, {HELP}. Received: split={split!r}"
            )
        parts.append((match[1], match[2], match[3]))
    return parts


def select(
    split: str | None, sources: Mapping[str, Callable[[], tuple[Any, Any]]]
) -> list[tuple[Any, Any]]:
    """The parts that `split` names.

    Args:
        split: str, or None for everything.
        sources: dict of split name -> function without arguments that returns two
            sequences of one length, the second of which may be None.

    Returns:
        list of pairs, one for each part of the split.
    """
    parts = []
    for name, start, stop in parse("+".join(sources) if split is None else split):
        if name not in sources:
            raise ValueError(
                f"There is no split {name!r}; this data set has: {', '.join(sources)}. "
                f"Received: split={split!r}"
            )
        images, labels = sources[name]()
        taken = _slice(start, stop, len(images), split)
        parts.append((images[taken], None if labels is None else labels[taken]))
    return parts


def count_shared(split: str, other: str, sizes: Mapping[str, int]) -> int:
    """How many images two splits of one data set share.

    Args:
        split, other: see `select`.
        sizes: dict of split name -> number of images.

    Example:

    >>> count_shared("train[:60]", "train[50:]+test", {"train": 100, "test": 5})
    10
    """
    sources, start = {}, 0
    for name, size in sizes.items():
        numbers = range(start, start + size)
        sources[name] = lambda numbers=numbers: (numbers, None)
        start += size
    pairs = itertools.product(select(split, sources), select(other, sources))
    shared = (min(a.stop, b.stop) - max(a.start, b.start) for (a, _), (b, _) in pairs)
    return sum(count for count in shared if count > 0)


def _slice(start, stop, n, split):
    first = 0 if start is None else _position(start, n)
    last = n if stop is None else _position(stop, n)
    if not 0 <= first < last <= n:
        raise ValueError(
            f"A slice must contain at least one of the {n} images, and none beyond "
            f"them, {HELP}. Received: split={split!r}"
        )
    return slice(first, last)


def _position(text, n):
    """The position that `text` means; TFDS rounds percentages to the closest image."""
    position = round(int(text[:-1]) * n / 100) if text.endswith("%") else int(text)
    return position + n if text.startswith("-") else position
