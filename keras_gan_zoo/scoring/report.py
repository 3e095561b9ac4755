"""`ScoreReport`: scores, and everything that they depend on."""

import collections.abc
import copy
import csv
import io
import json
import pathlib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from keras_gan_zoo import report_files
from keras_gan_zoo.files import write_atomically
from keras_gan_zoo.scoring import ranking, sentences, tables
from keras_gan_zoo.scoring.measures import METRICS, extras, scale_of
from keras_gan_zoo.typing import PathLike

SCHEMA = pathlib.Path(__file__).with_name("report.schema.json")

TOOLS = {"tensorflow-gan": "TF-GAN", "torch-fidelity": "torch-fidelity"}


class ScoreReport(collections.abc.Mapping):
    """Scores by name, read-only, with the conditions that make them comparable.

    `report["fid"]`, `report["is"]` and `report["is_std"]` (the spread over splits)
    are floats. It prints as a table.

    Args:
        scores: dict of finite floats.
        intervals: dict, the 95 % interval `(low, high)` of each score, or None.
        conditions: dict, everything that the scores depend on.
        second_opinion: dict, what other tools compute from the same activations.
        per_class: dict of metric -> dict of label -> the score of that class:
            `report.per_class["fid"]["3"]`.

    Raises:
        ValueError: a score that is not finite, or an interval that is none, is
            reversed or does not hold its score.

    Example:

    >>> report = ScoreReport({"fid": 1.5}, conditions={"extractor": "digits"})
    >>> report["fid"]
    1.5
    >>> report.label("fid")
    'FID (digits)'
    """

    def __init__(
        self,
        scores: Mapping[str, float],
        intervals: Mapping[str, Any] | None = None,
        conditions: Mapping[str, Any] | None = None,
        second_opinion: Mapping[str, Any] | None = None,
        per_class: Mapping[str, Mapping[Any, float]] | None = None,
    ) -> None:
        report_files.check_finite(scores, per_class or {})
        self._scores = {name: float(value) for name, value in scores.items()}
        self.intervals = _intervals(intervals or {})
        report_files.check_inside(self._scores, self.intervals)
        self.per_class = types.MappingProxyType(
            {
                name: types.MappingProxyType(
                    {str(label): float(value) for label, value in by_label.items()}
                )
                for name, by_label in (per_class or {}).items()
            }
        )
        self.conditions = types.MappingProxyType(_plain(conditions or {}))
        self.second_opinion = types.MappingProxyType(_plain(second_opinion or {}))

    def __getitem__(self, name: str) -> float:
        return self._scores[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scores)

    def __len__(self) -> int:
        return len(self._scores)

    @property
    def metrics(self) -> list[str]:
        """The names of the scores, without extras such as `is_std`."""
        known = extras()
        return [name for name in self if name not in known]

    @property
    def opinions(self) -> dict[str, Any]:
        """The second opinions, a dict of a tool's name -> opinion."""
        given = [self.second_opinion, *self.second_opinion.get("others", ())]
        return {_tool(one["by"]): one for one in given if one.get("by")}

    def label(self, name: str) -> str:
        """Such as `"FID (digits)"`: a score is never printed without its extractor."""
        metric, extra = extras().get(name, (name, None))
        known = METRICS.get(metric)
        label = known.label if known else metric
        label = f"{label} {extra}" if extra else label
        return f"{label} ({self.conditions.get('extractor')})"

    def better(self, name: str) -> str | None:
        """`"higher"` or `"lower"`, whichever is better; None for other values."""
        known = METRICS.get(name)
        if known is None:
            return None
        return "higher" if known.higher else "lower"

    # === Files ===

    def to_dict(self) -> dict[str, Any]:
        """The report as plain dicts, lists, strings and numbers, for JSON.

        `schema` describes them.
        """
        intervals = {
            name: None if bounds is None else list(bounds)
            for name, bounds in self.intervals.items()
        }
        return {
            "format": report_files.FORMAT,
            "scores": dict(self._scores),
            "intervals": intervals,
            "per_class": {name: dict(found) for name, found in self.per_class.items()},
            "conditions": copy.deepcopy(dict(self.conditions)),
            "second_opinion": copy.deepcopy(dict(self.second_opinion)),
        }

    @staticmethod
    def schema() -> dict[str, Any]:
        """The JSON Schema (2020-12) of `to_dict` and of what `save` writes, a dict."""
        return json.loads(SCHEMA.read_text("utf-8"))

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n"

    def save(self, path: PathLike) -> Path:
        """Write the report; the file appears whole or not at all, in a new folder too.

        Args:
            path: file name. `.md` is written as Markdown and `.csv` as a table, both
                for people; anything else as JSON, which `load` reads.

        Returns:
            `pathlib.Path` of the file.
        """
        path = pathlib.Path(path)
        writers = {".md": self.to_markdown, ".csv": self.to_csv}
        content = writers.get(path.suffix.lower(), self.to_json)()
        return write_atomically(path, lambda file: file.write(content.encode()))

    @classmethod
    def load(cls, path: PathLike) -> Self:
        """Read the JSON that `save` wrote."""
        return cls.from_dict(report_files.read(path))

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """The inverse of `to_dict`.

        A score that lies outside of its interval is read all the same, so that it can
        be shown what is wrong with somebody's report: `keras_gan_zoo.verify` does.

        Raises:
            ValueError: the values are no report.
        """
        values = report_files.checked(values)
        parts = ("scores", "conditions", "second_opinion", "per_class")
        report = cls(**{part: values[part] for part in parts})
        report.intervals = _intervals(values["intervals"])
        return report

    # === Tables ===

    def records(self) -> list[dict[str, Any]]:
        """One dict per score, extras such as `is_std` included, with numbers."""
        facts = self.conditions
        shared = ("extractor", "source", "reference", "num_fake", "num_real")
        opinions = self.opinions
        return [
            {
                "score": name,
                "label": self.label(name),
                "value": value,
                "low": (self.intervals.get(name) or (None, None))[0],
                "high": (self.intervals.get(name) or (None, None))[1],
                "better": self.better(name),
                **{
                    tool: opinions.get(tool, {}).get("scores", {}).get(name)
                    for tool in TOOLS.values()
                },
                **{key: facts.get(key) for key in shared},
            }
            for name, value in self.items()
        ]

    def to_csv(self) -> str:
        """The records as CSV text with a header."""
        file = io.StringIO()
        records = self.records()
        writer = csv.DictWriter(file, list(records[0]) if records else [])
        writer.writeheader()
        writer.writerows(records)
        return file.getvalue()

    def to_dataframe(self) -> Any:
        """The records as a `pandas.DataFrame`, for example to concatenate.

        Raises:
            ImportError: pandas is not installed.
        """
        return tables.data_frame(self.records())

    def rows(self) -> list[tuple[str, ...]]:
        """What is printed: one row of texts per metric, after a header."""
        tools = list(self.opinions)
        rows = [("score", "value", "95 % interval", "better", *tools)]
        for name, cell in ranking.row("", self).cells.items():
            rows.append(
                (
                    self.shown(name),
                    cell.text() + self._extras(name),
                    cell.interval() or "-",
                    self.better(name) or "-",
                    *(cell.opinion(tool) or "-" for tool in tools),
                )
            )
        return rows

    def shown(self, name: str) -> str:
        """The label, with the factor by which tables multiply the score."""
        label, scale = self.label(name), scale_of(name)
        return label if scale == 1 else label.replace(" (", f" x {_power(scale)} (", 1)

    def _extras(self, name):
        text = ""
        for extra, (metric, what) in extras().items():
            if metric == name and extra in self:
                short = what.split()[0]
                text += f" ({short} {tables.number(scale_of(name) * self[extra])})"
        return text

    def notes(self) -> list[str]:
        """What must be said along with the numbers, a list of sentences."""
        return sentences.notes(self)

    def to_markdown(self) -> str:
        """The table, the notes and all conditions as Markdown."""
        return "\n\n".join(
            [
                tables.markdown(self.rows()),
                *self.notes(),
                tables.markdown(
                    [("condition", ""), *sentences.condition_rows(self.conditions)]
                ),
                "",
            ]
        )

    def __reduce__(self) -> tuple:  # what is read-only can't be pickled as it stands
        return type(self).from_dict, (self.to_dict(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScoreReport) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "\n".join([tables.text(self.rows()), *self.notes()])


def _intervals(given):
    return types.MappingProxyType(
        {name: report_files.bounds_of(name, bounds) for name, bounds in given.items()}
    )


def _plain(value):
    """A copy in which NumPy's numbers and arrays are Python's, as JSON needs them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return copy.deepcopy(value)


def _power(scale):
    return f"{scale:.0e}".replace("e+0", "e")


def _tool(by):
    return next((name for key, name in TOOLS.items() if by.startswith(key)), by)
