"""`compare`: which of several models is better, and whether that is just noise."""

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keras_gan_zoo.metrics import difference
from keras_gan_zoo.scoring import ranking, tables
from keras_gan_zoo.scoring.measures import METRICS, scale_of
from keras_gan_zoo.scoring.report import ScoreReport

# Conditions that must be equal to compare two scores: for all metrics, and for those
# that read a reference. Those of a single metric are in its row of `METRICS`.
ALWAYS = (
    "extractor",
    "extractor_sha256",
    "preprocessing",
    "resizing",
    "channels",
    "image_shape",
    "num_fake",
    "repeats",
    "interval_level",
    "labels",
)
OF_REFERENCE = ("data_fingerprint", "num_real")
#: what a class-conditional GAN is asked for by default, which is like what others draw
AS_USUAL = "balanced as the reference"
VERDICTS = {True: "larger than the noise", False: "within the noise", None: "unknown"}


def compare(reports: Any, by: str | None = None) -> "Comparison":
    """Rank models by their reports, and tell real differences from noise.

    Two scores differ by more than the noise if the 95 % interval of their difference
    excludes 0 (`keras_gan_zoo.metrics.difference`). Each pair is judged on its own: of
    20 pairs of equal models one will seem to differ. If a score has no interval, the
    verdict is `"unknown"`: score again with `repeats=3` or more.

    Args:
        reports: dict of names, or list, of `ScoreReport` or of JSON files of them.
        by: str, the metric that orders the table; by default `"fid"` if there is one.

    Returns:
        `Comparison`.

    Raises:
        ValueError: fewer than two reports, no metric in common, or reports that are
            not comparable because of different extractors, resizing, references,
            numbers of images, labels that were asked for ...

    Example:

    >>> facts = {"extractor": "digits", "num_fake": 10_000}
    >>> a = ScoreReport({"fid": 2.0}, {"fid": (1.5, 2.5)}, {**facts, "source": "a"})
    >>> b = ScoreReport({"fid": 9.0}, {"fid": (8.0, 10.0)}, {**facts, "source": "b"})
    >>> compare([b, a])
    rank  model  FID (digits)
    1     a      2.000 (1.500 to 2.500)
    2     b      9.000 (8.000 to 10.000)
    a and b: FID (digits) 2.000 and 9.000, larger than the noise, a is better
    """
    reports = _named(reports)
    if len(reports) < 2:
        raise ValueError(
            "A comparison needs two or more reports. "
            f"Received: {len(reports)}, {list(reports)}"
        )
    shared = set.intersection(*(set(report.metrics) for report in reports.values()))
    metrics = [name for name in METRICS if name in shared]
    if not metrics:
        asked = {name: report.metrics for name, report in reports.items()}
        raise ValueError(f"The reports must share a metric. Received: {asked}")
    if by is not None and by not in metrics:
        raise ValueError(f"`by` must be one of {metrics}. Received: by={by!r}")
    _check_conditions(reports, metrics)
    default = "fid" if "fid" in metrics else metrics[0]
    return Comparison(reports, metrics, by or default)


def labels_drawn(conditions: Mapping[str, Any]) -> Any:
    """Which classes were asked for, of a report's conditions.

    Only a class-conditional GAN can be asked: what else has labels draws as it does.

    Example:

    >>> labels_drawn({"labels": "uniform", "num_classes": 10})
    'uniform'
    >>> labels_drawn({"labels": "of the source", "num_classes": None})
    'balanced as the reference'
    """
    asked = conditions.get("num_classes", True) is not None
    return (conditions.get("labels") if asked else None) or AS_USUAL


class Comparison:
    """What `compare` found; prints as a table.

    Attributes:
        reports: dict of name -> `ScoreReport`, the best by `by` first.
        metrics: list of the metrics that all reports have.
        by: str, the metric that orders them.
        pairs: list of dicts, one for each metric and pair of models: `metric`,
            `models`, `values`, `difference`, its `interval` or None, `verdict`
            (`"larger than the noise"`, `"within the noise"`, `"unknown"`) and, for the
            first of these, `better`, a name.
    """

    def __init__(
        self, reports: Mapping[str, ScoreReport], metrics: Sequence[str], by: str
    ) -> None:
        self.metrics, self.by = metrics, by
        order = ranking.rank(reports, by)
        self.reports = {name: reports[name] for name in order}
        self.pairs = [
            self._pair(metric, one, other)
            for metric in [by, *(m for m in metrics if m != by)]
            for one, other in itertools.combinations(order, 2)
        ]

    def ranking(self, metric: str | None = None) -> list[str]:
        """The names, best first."""
        return ranking.rank(self.reports, metric or self.by)

    def verdict(
        self, one: str, other: str, metric: str | None = None
    ) -> dict[str, Any]:
        """The entry of `pairs` for two models."""
        for pair in self.pairs:
            if pair["metric"] == (metric or self.by) and set(pair["models"]) == {
                one,
                other,
            }:
                return pair
        raise ValueError(
            f"The models are {list(self.reports)}, the metrics {self.metrics}. "
            f"Received: {one!r}, {other!r}, metric={metric!r}"
        )

    def _pair(self, metric, one, other):
        values = [self.reports[name][metric] for name in (one, other)]
        bounds = [self.reports[name].intervals.get(metric) for name in (one, other)]
        found = {"difference": values[0] - values[1], "interval": None}
        significant = None
        if all(bounds):
            found = difference(values[0], bounds[0], values[1], bounds[1])
            significant = found.pop("significant")
        pair = {
            "metric": metric,
            "models": [one, other],
            "values": values,
            "difference": found["difference"],
            "interval": found["interval"] and list(found["interval"]),
            "verdict": VERDICTS[significant],
        }
        if significant:
            first = METRICS[metric].higher == (values[0] > values[1])
            pair["better"] = one if first else other
        return pair

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain dicts, lists, strings and numbers, for JSON."""
        return {
            "by": self.by,
            "ranking": {metric: self.ranking(metric) for metric in self.metrics},
            "scores": {
                name: {metric: report[metric] for metric in self.metrics}
                for name, report in self.reports.items()
            },
            "pairs": [dict(pair) for pair in self.pairs],
        }

    def to_dataframe(self) -> Any:
        """Ranks, scores and intervals, one row per model, as a `pandas.DataFrame`."""
        records = []
        for rank, (name, report) in enumerate(self.reports.items(), 1):
            record = {"rank": rank, "model": name}
            for metric in self.metrics:
                low, high = report.intervals.get(metric) or (None, None)
                record |= {
                    metric: report[metric],
                    f"{metric}_low": low,
                    f"{metric}_high": high,
                }
            records.append(record)
        return tables.data_frame(records)

    def rows(self) -> list[tuple[str, ...]]:
        """The table as rows of texts, starting with the header."""
        some = next(iter(self.reports.values()))
        rows = [("rank", "model", *(some.shown(metric) for metric in self.metrics))]
        for rank, (name, report) in enumerate(self.reports.items(), 1):
            cells = ranking.row(name, report).cells
            rows.append((str(rank), name, *(_text(cells[m]) for m in self.metrics)))
        return rows

    def sentences(self) -> list[str]:
        """A sentence about each pair."""
        some = next(iter(self.reports.values()))
        return [
            "{} and {}: {} {} and {}, {}{}".format(
                *pair["models"],
                some.shown(pair["metric"]),
                *(
                    tables.number(scale_of(pair["metric"]) * value)
                    for value in pair["values"]
                ),
                "no interval, so unknown"
                if pair["verdict"] == "unknown"
                else pair["verdict"],
                f", {pair['better']} is better" if "better" in pair else "",
            )
            for pair in self.pairs
        ]

    def to_markdown(self) -> str:
        """The table and the sentences as Markdown."""
        lines = "\n".join(f"- {line}" for line in self.sentences())
        return f"{tables.markdown(self.rows())}\n\n{lines}\n"

    def __repr__(self) -> str:
        return "\n".join([tables.text(self.rows()), *self.sentences()])


def _text(cell):
    return f"{cell.text()} ({cell.interval() or 'no interval'})"


def _named(reports):
    """A dict of name -> `ScoreReport`; those in a list are named by what was scored."""
    is_one = isinstance(reports, ScoreReport | str | os.PathLike)
    if is_one or not isinstance(reports, Iterable):
        raise ValueError(
            "A comparison needs two or more reports, as a list or a dict of names: "
            f"`compare([one, other])`. Received: a {type(reports).__name__}"
        )
    if isinstance(reports, Mapping):
        return {str(name): _load(report) for name, report in reports.items()}
    loaded = [_load(report) for report in reports]
    names = [str(report.conditions.get("source")) for report in loaded]
    return dict(zip(tables.distinct(names), loaded, strict=True))


def _load(report):
    if isinstance(report, ScoreReport):
        return report
    if isinstance(report, str | os.PathLike):
        return ScoreReport.load(report)
    raise ValueError(
        "`reports` must be a list, or a dict of names, of `ScoreReport` or of JSON "
        f"files of them. Received: {type(report).__name__}"
    )


def protocol_of(conditions: Mapping[str, Any], metric: str) -> Any:
    """The protocol of a metric, of a report's conditions, or None.

    Example:

    >>> protocol_of({"protocols": {"recall": "k = 3"}}, "recall")
    'k = 3'
    """
    protocols = conditions.get("protocols")
    return protocols.get(metric) if isinstance(protocols, Mapping) else None


def _check_conditions(reports, metrics):
    keys = list(ALWAYS)
    if any(METRICS[metric].real for metric in metrics):
        keys += OF_REFERENCE
    keys += [key for metric in metrics for key in METRICS[metric].conditions]
    protocols = {f"protocol of {metric}": metric for metric in metrics}
    keys += protocols
    facts = {
        name: {
            **report.conditions,
            "labels": labels_drawn(report.conditions),
            **{
                key: protocol_of(report.conditions, metric)
                for key, metric in protocols.items()
            },
        }
        for name, report in reports.items()
    }
    (first, one), *others = facts.items()
    for name, other in others:
        apart = {
            key: (one.get(key), other.get(key))
            for key in keys
            if one.get(key) != other.get(key)
        }
        if apart:
            raise ValueError(
                "Scores are comparable only under equal conditions; score the models "
                f"in the same way. Received: {first!r} and {name!r} with different "
                + "; ".join(
                    f"{key}: {_short(a)} and {_short(b)}"
                    for key, (a, b) in apart.items()
                )
            )


def _short(value):
    text = str(value)
    is_hash = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return f"{text[:12]}..." if is_hash else text
