"""`ScoreReport`: scores, and everything that they depend on."""

import collections.abc
import copy
import json
import math
import types

from keras_gan_zoo.images import write_atomically

LABELS = {"is": "IS", "fid": "FID"}
FORMAT = 1


class ScoreReport(collections.abc.Mapping):
    """Scores by name, read-only, with the conditions that make them comparable.

    `report["fid"]`, `report["is"]` and `report["is_std"]` (the spread over splits)
    are floats.

    Args:
        scores: dict of finite floats.
        intervals: dict, for each score `(low, high)` of a 95 % interval, or None.
        conditions: dict, everything that the scores depend on.
        second_opinion: dict, what TF-GAN makes of the same activations.

    Raises:
        ValueError: a score that is not finite.

    Example:

    >>> report = ScoreReport({"fid": 1.5}, conditions={"extractor": "digits"})
    >>> report["fid"]
    1.5
    >>> report.label("fid")
    'FID (digits)'
    """

    def __init__(self, scores, intervals=None, conditions=None, second_opinion=None):
        bad = {name: value for name, value in scores.items() if not _is_finite(value)}
        if bad:
            raise ValueError(f"Scores must be finite numbers. Received: {bad}")
        self._scores = {name: float(value) for name, value in scores.items()}
        self.intervals = types.MappingProxyType(
            {
                name: None if bounds is None else tuple(map(float, bounds))
                for name, bounds in (intervals or {}).items()
            }
        )
        self.conditions = types.MappingProxyType(copy.deepcopy(dict(conditions or {})))
        self.second_opinion = types.MappingProxyType(
            copy.deepcopy(dict(second_opinion or {}))
        )

    def __getitem__(self, name):
        return self._scores[name]

    def __iter__(self):
        return iter(self._scores)

    def __len__(self):
        return len(self._scores)

    def label(self, name):
        """`"FID (digits)"`: a score is never printed without its extractor."""
        return f"{LABELS.get(name, name)} ({self.conditions.get('extractor')})"

    def to_dict(self):
        """The report as plain dicts, lists, strings and numbers, for JSON."""
        intervals = {
            name: None if bounds is None else list(bounds)
            for name, bounds in self.intervals.items()
        }
        return {
            "format": FORMAT,
            "scores": dict(self._scores),
            "intervals": intervals,
            "conditions": copy.deepcopy(dict(self.conditions)),
            "second_opinion": copy.deepcopy(dict(self.second_opinion)),
        }

    def save(self, path):
        """Write the report as JSON; the file appears whole or not at all."""
        text = json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n"
        return write_atomically(path, lambda file: file.write(text.encode()))

    @classmethod
    def load(cls, path):
        """Read what `save` wrote."""
        try:
            with open(path, encoding="utf-8") as file:
                return cls.from_dict(json.load(file))
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(
                "A report is a JSON file that `ScoreReport.save` wrote. "
                f"Received: path={str(path)!r}: {error}"
            ) from error

    @classmethod
    def from_dict(cls, values):
        """The inverse of `to_dict`."""
        parts = ("scores", "intervals", "conditions", "second_opinion")
        if not (
            isinstance(values, dict)
            and values.get("format") == FORMAT
            and all(isinstance(values.get(part), dict) for part in parts)
        ):
            raise ValueError(
                f"A report is a dict with format={FORMAT} and {', '.join(parts)}, such "
                "as `report.to_dict()`. Received: "
                + (f"keys {sorted(values)}" if isinstance(values, dict) else "no dict")
            )
        return cls(**{part: values[part] for part in parts})

    def __eq__(self, other):
        return isinstance(other, ScoreReport) and self.to_dict() == other.to_dict()

    __hash__ = None

    def __repr__(self):
        rows = [("score", "value", "95 % interval", "TF-GAN")]
        opinions = self.second_opinion.get("scores") or {}
        for name, value in self._scores.items():
            if name.endswith("_std"):
                continue
            spread = self._scores.get(f"{name}_std")
            bounds = self.intervals.get(name)
            rows.append(
                (
                    self.label(name),
                    f"{value:.4g}"
                    + ("" if spread is None else f" (std of splits {spread:.2g})"),
                    "-" if bounds is None else f"{bounds[0]:.4g} to {bounds[1]:.4g}",
                    f"{opinions[name]:.4g}" if name in opinions else "-",
                )
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            )
            for row in rows
        ]
        facts = self.conditions
        lines.append(
            f"{facts.get('num_fake')} samples of {facts.get('source')} against "
            f"{facts.get('num_real')} of {facts.get('reference')}, "
            f"{facts.get('backend')} on {facts.get('device')}"
        )
        return "\n".join(line.rstrip() for line in lines)


def _is_finite(value):
    try:
        return math.isfinite(value)
    except TypeError:
        return False
