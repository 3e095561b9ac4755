"""Tables of scores that may stand beside each other, and the ranks within them."""

import dataclasses
import functools
import json
from collections.abc import Sequence
from typing import Any

from keras_gan_zoo import datasets
from keras_gan_zoo.leaderboard.models import Model
from keras_gan_zoo.leaderboard.texts import plain
from keras_gan_zoo.metrics import difference
from keras_gan_zoo.presets.origin import basename
from keras_gan_zoo.scoring.anchors import Anchors, anchors_of, read_anchors
from keras_gan_zoo.scoring.comparison import (
    ALWAYS,
    OF_REFERENCE,
    labels_drawn,
    protocol_of,
)
from keras_gan_zoo.scoring.conditions import dataset_of
from keras_gan_zoo.scoring.measures import METRICS, scale_of

#: what all scores of a table have in common, besides what `compare` asks for
SAMPLER = ("use_ema", "truncation")
#: without these, nobody knows whether two scores may stand beside each other
NEEDED = ("extractor_sha256", "num_fake", "data_fingerprint")
FIRST = ("fid", "class_fid", "is")


@dataclasses.dataclass(frozen=True)
class Cell:
    """A score as tables show it, multiplied by the metric's `scale`.

    Attributes:
        value: float.
        low, high: floats, the 95 % interval, or None.
        rank: int: one more than there are models that are better by more than noise.
    """

    value: float
    low: float | None
    high: float | None
    rank: int = 0


@dataclasses.dataclass(frozen=True)
class Column:
    """One metric under one protocol.

    Attributes:
        metric: str, a key of `METRICS`.
        label: str, such as `"FID (digits)"`.
        better: str, `"lower"` or `"higher"`.
        conditions: dict, those of this metric alone.
        cells: dict, index of a model -> `Cell`.
        anchors: dict, name -> `Cell`: what the scores lie between.
    """

    metric: str
    label: str
    better: str
    conditions: dict[str, Any]
    cells: dict[int, Cell]
    anchors: dict[str, Cell]

    @functools.cached_property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest number in it, ends of intervals included."""
        cells = [*self.cells.values(), *self.anchors.values()]
        numbers = [n for c in cells for n in (c.value, c.low, c.high) if n is not None]
        return min(numbers), max(numbers)


@dataclasses.dataclass(frozen=True)
class Board:
    """A table: models whose scores share all conditions.

    Attributes:
        title: str.
        note: str, what tells it from another table of the same title.
        conditions: dict, what all of its scores have in common.
        models: dict, index -> `Model`, the best by the first column first.
        columns: list of `Column`.
    """

    title: str
    note: str
    conditions: dict[str, Any]
    models: dict[int, Model]
    columns: list[Column]

    @property
    def anchors(self) -> list[str]:
        """The names of the anchors that it has."""
        return list(dict.fromkeys(name for c in self.columns for name in c.anchors))


def boards_of(models: Sequence[Model], anchors: Anchors | None = None) -> list[Board]:
    """Sort models into tables, such that scores in one column share all conditions.

    These are those of `compare` (extractor, preprocessing, reference, numbers of images
    ...) and how samples were drawn; for a column also the metric's protocol. A score
    whose most important conditions are not known stands alone.

    Args:
        models: list of `Model`.
        anchors: see `keras_gan_zoo.scoring.anchors`; by default the package's own.

    Returns:
        list of `Board`, that with most models first.
    """
    groups: dict[str, dict[int, Model]] = {}  # by their conditions, as text
    shared: dict[str, dict[str, Any]] = {}
    for number, model in enumerate(models):
        found = _shared(model, number)
        key = json.dumps(found, sort_keys=True, default=str)
        groups.setdefault(key, {})[number] = model
        shared[key] = found
    order = sorted(groups, key=lambda key: (-len(groups[key]), _title(groups[key])))
    anchors = read_anchors() if anchors is None else anchors
    seen: dict[str, dict[str, Any]] = {}
    boards = []
    for key in order:
        title = _title(groups[key])
        note = _apart(seen.setdefault(title, shared[key]), shared[key])
        boards.append(_board(title, note, shared[key], groups[key], anchors))
    return [board for board in boards if board.columns]


def _shared(model, number):
    """The conditions of all of a model's scores; its number too if some are unknown."""
    facts = dict(model.report.conditions)
    facts["labels"] = labels_drawn(facts)
    metrics = [METRICS[name] for name in model.report.metrics if name in METRICS]
    real = any(metric.real for metric in metrics)
    keys = (*ALWAYS, *(OF_REFERENCE if real else ()), *SAMPLER)
    found = {key: facts.get(key) for key in keys}
    if any(key in found and found[key] is None for key in NEEDED):
        found["of"] = number
    return found


def _title(models):
    """Such as `"MNIST, test: 10,000 samples seen by digits"`."""
    facts = next(iter(models.values())).report.conditions
    known = datasets.CATALOGUE.get(dataset_of(facts) or "")
    reference = basename(str(facts.get("reference") or "no reference"))
    if known:
        reference = f"{known.title}, {facts.get('split') or 'all'}"
    count = facts.get("num_fake")
    samples = f"{count:,}" if isinstance(count, int) else "an unknown number of"
    seen = plain(facts.get("extractor"), 60)
    return f"{plain(reference, 80)}: {samples} samples, seen by {seen}"


def _apart(one, other):
    """What tells a table from the first one of its title, a sentence."""
    if one is other:
        return ""
    names = [key for key in other if one.get(key) != other[key] and key != "of"]
    words = ", ".join(name.replace("_", " ") for name in names)
    return f"Apart from the table above, because of: {words or 'unknown conditions'}."


def _board(title, note, conditions, models, anchors):
    some = next(iter(models.values())).report
    anchors = anchors_of(some, anchors)
    groups: dict[str, Any] = {}
    for number, model in models.items():
        for metric in model.report.metrics:
            if metric in METRICS:
                facts = _own(model.report.conditions, metric)
                key = json.dumps([metric, facts], sort_keys=True, default=str)
                groups.setdefault(key, (metric, facts, {}))[2][number] = model
    names = [metric for metric, _, _ in groups.values()]
    columns = [
        _column(metric, facts, found, anchors, names.count(metric) > 1)
        for metric, facts, found in groups.values()
    ]
    columns.sort(key=_place)
    if columns:
        models = dict(sorted(models.items(), key=lambda item: _order(columns, item)))
    return Board(title, note, conditions, models, columns)


def _own(facts, metric):
    """The conditions of one metric."""
    own = {key: facts.get(key) for key in METRICS[metric].conditions}
    return {**own, "protocol": protocol_of(facts, metric)}


def _column(metric, facts, models, anchors, is_one_of_many):
    row = METRICS[metric]
    some = next(iter(models.values())).report
    cells = {number: _cell(model.report, metric) for number, model in models.items()}
    beside = {
        name: _cell(report, metric)
        for name, report in anchors.items()
        if metric in report and _own(report.conditions, metric) == facts
    }
    label = plain(some.shown(metric), 60)
    if is_one_of_many:
        label += f" [{', '.join(plain(v, 60) for v in facts.values())}]"
    better = "higher" if row.higher else "lower"
    return Column(metric, label, better, facts, _ranked(cells, row.higher), beside)


def _cell(report, metric):
    scale, bounds = scale_of(metric), report.intervals.get(metric)
    low, high = (scale * bound for bound in bounds) if bounds else (None, None)
    return Cell(scale * report[metric], low, high)


def _ranked(cells, higher):
    """Cells with ranks: within the noise of each other, models may share one."""
    order = sorted(cells, key=lambda n: cells[n].value, reverse=higher)
    return {
        number: dataclasses.replace(
            cells[number],
            rank=1 + sum(_is_better(cells[o], cells[number]) for o in order[:place]),
        )
        for place, number in enumerate(order)
    }


def _is_better(one, other):
    """Whether a cell that is before another one is so by more than noise."""
    if one.low is None or other.low is None:
        return one.value != other.value
    found = difference(
        one.value, (one.low, one.high), other.value, (other.low, other.high)
    )
    return found["significant"]


def _place(column):
    names = [*FIRST, *METRICS]
    return -len(column.cells) * (column.metric in FIRST), names.index(column.metric)


def _order(columns, item):
    """Best by the first column first; models without it by name."""
    cells, sign = columns[0].cells, -1 if columns[0].better == "higher" else 1
    number, model = item
    if number not in cells:
        return 1, 0.0, model.name
    return 0, sign * cells[number].value, model.name
