"""What tables of scores show, as numbers: a row per model, a cell per metric.

All tables, of a report, of a comparison, of the zoo, get their numbers here and only
render them.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from keras_gan_zoo.scoring import tables
from keras_gan_zoo.scoring.measures import METRICS, scale_of


@dataclasses.dataclass(frozen=True)
class Cell:
    """A score as shown in tables, multiplied by the metric's `scale`.

    Attributes:
        value: float.
        bounds: `(low, high)` or None.
        opinions: dict of a tool's name -> its score.
    """

    value: float
    bounds: tuple | None
    opinions: dict

    def text(self, number: Callable[[float], str] = tables.number) -> str:
        """The value as text."""
        return number(self.value)

    def interval(self, number: Callable[[float], str] = tables.number) -> str | None:
        """`"1.2 to 1.5"`, or None."""
        return " to ".join(map(number, self.bounds)) if self.bounds else None

    def opinion(
        self, tool: str, number: Callable[[float], str] = tables.number
    ) -> str | None:
        """A tool's score as text, or None."""
        return number(self.opinions[tool]) if tool in self.opinions else None


@dataclasses.dataclass(frozen=True)
class Row:
    """A model's scores.

    Attributes:
        name: str.
        cells: dict of metric -> `Cell`.
        parameters: int or None.
        differences: dict of a tool's name -> the largest relative difference, or None.
        images_per_second: float or None.
        place: `(backend, device)`.
    """

    name: str
    cells: dict
    parameters: int | None
    differences: dict
    images_per_second: float | None
    place: tuple


def row(name: str, report: Any, parameters: int | None = None) -> Row:
    """The `Row` of a `ScoreReport`."""
    facts = report.conditions
    cells = {}
    for metric in report.metrics:
        scale, bounds = scale_of(metric), report.intervals.get(metric)
        cells[metric] = Cell(
            scale * report[metric],
            None if bounds is None else tuple(scale * bound for bound in bounds),
            {
                tool: scale * opinion["scores"][metric]
                for tool, opinion in report.opinions.items()
                if metric in opinion.get("scores", {})
            },
        )
    return Row(
        name,
        cells,
        parameters,
        {
            tool: max(opinion.get("relative_difference", {}).values(), default=None)
            for tool, opinion in report.opinions.items()
        },
        facts.get("images_per_second"),
        (facts.get("backend"), facts.get("device")),
    )


def rank(reports: Mapping[str, Any], metric: str) -> list[str]:
    """The names of reports, best by `metric` first; reports without it are left out.

    Args:
        reports: dict, name -> `ScoreReport`.
        metric: str.
    """
    sign = -1 if METRICS[metric].higher else 1
    scored = [name for name, report in reports.items() if metric in report]
    return sorted(scored, key=lambda name: sign * reports[name][metric])
