"""The numbers of a log as charts: which belong together, and where their lines run."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from keras_gan_zoo.runs.folder import Run

#: a chart's size, and the space around its lines for numbers
WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 10, 24
MOST_POINTS = 200  # twice as many are drawn of each line
PLAYERS = ("d_", "g_")

Point = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Chart:
    """Lines over epochs in a box of `WIDTH` x `HEIGHT`.

    Attributes:
        title: str.
        lines: dict, name -> values, one for each of `epochs`, with None for none.
        epochs: list of int.
        note: str, what else to know of it.
    """

    title: str
    lines: dict[str, list[float | None]]
    epochs: list[int]
    note: str = ""

    @cached_property
    def is_logarithmic(self) -> bool:
        """Whether positive values differ by more than a hundred times."""
        values = self._values
        return min(values) > 0 and max(values) > 100 * min(values)

    @cached_property
    def x_ticks(self) -> list[tuple[float, str]]:
        """Where epochs are written, and as what."""
        first, last = self.epochs[0], self.epochs[-1]
        ticks = [t for t in ticks_between(first, last) if t == int(t)]
        return [(self._x(t), f"{int(t):,}") for t in ticks]

    @cached_property
    def y_ticks(self) -> list[tuple[float, str]]:
        """Where values are written, and as what."""
        low, high = self._bounds
        if self.is_logarithmic:
            powers = range(math.ceil(low), math.floor(high) + 1)
            shown = list(powers)[:: max(1, len(powers) // 4)]
            return [(self._y(power), f"{10.0**power:g}") for power in shown]
        return [(self._y(t), short(t)) for t in ticks_between(low, high)]

    @cached_property
    def paths(self) -> dict[str, list[list[Point]]]:
        """The points of each line, in pieces where values are missing."""
        return {name: self._pieces(values) for name, values in self.lines.items()}

    @cached_property
    def _values(self):
        return [v for values in self.lines.values() for v in values if v is not None]

    @cached_property
    def _bounds(self):
        values = list(map(self._scaled, self._values))
        low, high = min(values), max(values)
        slack = max(0.06 * (high - low), 1e-3 * abs(high)) or 1.0
        return low - slack, high + slack

    def _scaled(self, value):
        return math.log10(value) if self.is_logarithmic else value

    def _x(self, epoch):
        first, last = self.epochs[0], self.epochs[-1]
        share = (epoch - first) / (last - first) if last > first else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def _y(self, scaled):
        low, high = self._bounds
        share = (scaled - low) / (high - low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def _pieces(self, values):
        pieces: list[list[Point]] = [[]]
        for epoch, value in thinned(self.epochs, values):
            if value is None:
                pieces.append([])
            else:
                pieces[-1].append((self._x(epoch), self._y(self._scaled(value))))
        return [piece for piece in pieces if piece]


def charts_of(run: Run) -> list[Chart]:
    """A chart of the losses, of each score, and of whatever else a run has logged.

    What both players have, such as `d_loss` and `g_loss`, shares a chart. What comes
    with a score, such as `is_std`, has none.
    """
    from keras_gan_zoo.scoring.measures import METRICS

    extras = {name for metric in METRICS.values() for name in metric.extras}
    names = [name for name in run.columns if name not in extras]
    groups: dict[str, list[str]] = {"loss": []}
    groups |= {name: [] for name in names if name in METRICS}
    for name in names:
        groups.setdefault(_group(name), []).append(name)
    epochs = [row["epoch"] for row in run.log]
    found = []
    for title, names in groups.items():
        lines = {name: [row.get(name) for row in run.log] for name in names}
        lines = {k: v for k, v in lines.items() if any(x is not None for x in v)}
        if not lines:
            continue
        if title in METRICS:
            note = "higher" if METRICS[title].higher else "lower"
            label = METRICS[title].label
            found.append(Chart(label, lines, epochs, f"{note} is better"))
        else:
            found.append(Chart(_words(title), lines, epochs))
    return found


def _group(name):
    """`loss` for `d_loss`, and `val_loss` for `val_d_loss`."""
    start = "val_" * name.startswith("val_")
    rest = name.removeprefix("val_")
    return start + rest[2 * rest.startswith(PLAYERS) :]


def _words(name):
    text = name.replace("_", " ")
    text = f"{text[4:]} on held-out images" if text.startswith("val ") else text
    return text[:1].upper() + text[1:]


def thinned(epochs: Sequence[int], values: Sequence[Any]) -> Iterable[tuple]:
    """No more points than can be seen: of many, the least and the largest of a few.

    Example:

    >>> many = thinned(range(1_000_000), [0.0] * 999_999 + [5.0])
    >>> max(value for _, value in many)
    5.0
    """
    pairs = list(zip(epochs, values, strict=True))
    if len(pairs) <= 2 * MOST_POINTS:
        return pairs
    found = []
    for i in range(MOST_POINTS):
        part = pairs[
            i * len(pairs) // MOST_POINTS : (i + 1) * len(pairs) // MOST_POINTS
        ]
        known = [pair for pair in part if pair[1] is not None]
        if known:
            extremes = [most(known, key=lambda pair: pair[1]) for most in (min, max)]
            found += sorted(set(extremes))
        else:
            found.append(part[0])
    return found


def ticks_between(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between two others.

    Example:

    >>> ticks_between(0.13, 0.88)
    [0.2, 0.4, 0.6, 0.8]
    """
    if high <= low:
        return [low]
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def short(value: float) -> str:
    """A number in few characters.

    Example:

    >>> short(12_500.0), short(0.00002), short(0.25), short(float(-3))
    ('12.5k', '2e-05', '0.25', '-3')
    """
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{value:g}"
