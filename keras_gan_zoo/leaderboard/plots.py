"""Quality against what it took: where points, whiskers, names and lines are drawn."""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from keras_gan_zoo.callbacks.progress_bar import duration
from keras_gan_zoo.leaderboard.boards import Board, Cell, Column
from keras_gan_zoo.runs.charts import short, ticks_between

#: a plot's size, and the space around its points
WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 40
LETTER, LINE = 7.0, 13  # a name's size, about
MOST_NAMES, MOST_MACHINES = 40, 3
DECADES = 12  # of an axis: what is less is at its end
MINUTE, HOUR, DAY = 60, 3600, 86_400
#: seconds between two marks, and those of marks by the logarithm
STEPS = tuple(
    count * unit
    for unit, counts in (
        *((1, (1, 2, 5, 10, 30)), (MINUTE, (1, 2, 5, 10, 30))),
        *((HOUR, (1, 2, 6)), (DAY, (1, 2, 5, 10, 30, 100, 300, 1000))),
    )
    for count in counts
)


@dataclasses.dataclass(frozen=True)
class Axis:
    """Numbers along a line from `start` to `end`, by their logarithm if they are far
    apart.
    """

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool

    @classmethod
    def of(cls, numbers: Iterable[float], start: float, end: float) -> "Axis":
        """The axis that holds all of these numbers, with some space around them."""
        numbers = list(numbers)
        logarithmic = min(numbers) > 0 and max(numbers) > 20 * min(numbers)
        values = [math.log10(n) if logarithmic else n for n in numbers]
        low, high = min(values), max(values)
        low = max(low, high - DECADES) if logarithmic else low
        slack = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
        least = -math.inf if logarithmic or low < 0 else 0.0
        return cls(max(low - slack, least), high + slack, start, end, logarithmic)

    def at(self, number: float) -> float:
        """Where a number is."""
        if self.is_logarithmic:
            number = math.log10(number) if number > 0 else self.low
        share = (number - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round numbers on it."""
        if not self.is_logarithmic:
            return ticks_between(self.low, self.high)
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        steps = (1,) if self.high - self.low > 3 else (1, 2, 5)
        found = [m * 10.0**power for power in powers for m in steps]
        return [t for t in found if self.low <= math.log10(t) <= self.high]


def times_on(axis: Axis, most: int = 6) -> list[float]:
    """Round times on an axis of seconds."""
    if axis.is_logarithmic:
        low, high = 10**axis.low, 10**axis.high
        found = [float(t) for t in STEPS if low <= t <= high]
        return found[:: max(1, -(-len(found) // most))]
    span = axis.high - axis.low
    step = next((s for s in STEPS if span / s <= most), span)
    first = math.ceil(axis.low / step)
    return [i * step for i in range(first, math.floor(axis.high / step) + 1)]


@dataclasses.dataclass(frozen=True)
class Plot:
    """The scores of a column over a number of each model.

    Attributes:
        title: str.
        x_label, y_label: str.
        x_ticks, y_ticks: lists of `(place, text)`.
        points: list of dicts: `model`, `name`, `x`, `y`, `low` and `high` (places of
            the interval's ends or None), `text` (`(x, y, anchor)` of the name or None).
        lines: list of `(place, name)`, the anchors.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    points: list[dict[str, Any]]
    lines: list[tuple[float, str]]


def plots_of(board: Board) -> list[Plot]:
    """The first column of a table against parameters, and against training time.

    Times are compared on one machine alone: a plot each for those that most models were
    trained on.
    """
    column = board.columns[0]
    models = {n: board.models[n] for n in column.cells}
    sizes = {n: model.parameters for n, model in models.items()}
    found = [_plot(board, column, sizes, "parameters of the generator", short)]
    machines = Counter(m.machine for m in models.values() if m.seconds)
    for machine, _ in machines.most_common(MOST_MACHINES):
        times = {n: m.seconds for n, m in models.items() if m.machine == machine}
        label = f"training time, {machine}" if machine else "training time"
        found.append(_plot(board, column, times, label, duration, times_on))
    return [plot for plot in found if plot is not None]


def _plot(
    board: Board,
    column: Column,
    numbers: Mapping[int, float | None],
    x_label: str,
    text: Callable[[float], str],
    ticks: Callable[[Axis], list[float]] = Axis.ticks,
) -> Plot | None:
    known = {n: float(x) for n, x in numbers.items() if x}
    if not known:
        return None
    x = Axis.of(known.values(), LEFT, WIDTH - RIGHT)
    y = Axis.of(column.bounds, HEIGHT - BOTTOM, TOP)
    points = [
        _point(n, board.models[n].name, x.at(value), column.cells[n], y)
        for n, value in known.items()
    ]
    _name(points)
    return Plot(
        f"{column.label} against {x_label}",
        x_label,
        f"{column.label}, {column.better} is better",
        [(x.at(t), text(t)) for t in ticks(x)],
        [(y.at(t), short(t)) for t in y.ticks()],
        points,
        [(y.at(cell.value), name) for name, cell in column.anchors.items()],
    )


def _point(number: int, name: str, x: float, cell: Cell, y: Axis) -> dict[str, Any]:
    ends = [None if end is None else y.at(end) for end in (cell.low, cell.high)]
    place = {"model": number, "name": name, "x": x, "y": y.at(cell.value)}
    return {**place, "low": ends[0], "high": ends[1], "text": None}


def _name(points):
    """Write names where there is room, and none over another or over a point."""
    if len(points) > MOST_NAMES:
        return
    taken = [(p["x"] - 5, p["y"] - 5, p["x"] + 5, p["y"] + 5) for p in points]
    for point in points:
        width = LETTER * min(len(point["name"]), 28)
        for x, y, anchor in (
            (point["x"] + 8, point["y"] + 4, "start"),
            (point["x"] - 8, point["y"] + 4, "end"),
            (point["x"], point["y"] - 8, "middle"),
            (point["x"], point["y"] + 16, "middle"),
        ):
            left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
            box = (left, y - LINE + 3, left + width, y + 3)
            inside = box[0] > LEFT and box[2] < WIDTH and box[1] > 0
            if inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                point["text"] = (x, y, anchor)
                break


def _meet(one, other):
    return (
        one[0] < other[2]
        and other[0] < one[2]
        and one[1] < other[3]
        and other[1] < one[3]
    )
