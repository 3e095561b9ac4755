"""What came of repeating a card's scores, as data, as a table and as an exit code."""

import dataclasses
from typing import Any

from keras_gan_zoo.scoring import ScoreReport, tables
from keras_gan_zoo.scoring.measures import scale_of

HOLDS, FAILS, NOT_REPEATED, LEFT_OUT = "holds", "fails", "not repeated", "left out"


@dataclasses.dataclass(frozen=True)
class Check:
    """A score of a card, and what came of repeating it.

    Attributes:
        metric, label: str; the label names the extractor.
        stated: float, the card's.
        interval: `(low, high)`, the card's, or None.
        rounding: float, how far the same samples may be off on another machine.
        repeated: float, or None if it was not repeated.
        bounds: `(low, high)` in which it holds, or None.
        verdict: `"holds"`, `"fails"`, `"not repeated"`, or `"left out"` of a quick
            check.
        why: str, what keeps it from being repeated, or what beside it does not hold.
    """

    metric: str
    label: str
    stated: float
    interval: tuple[float, float] | None
    rounding: float
    repeated: float | None
    bounds: tuple[float, float] | None
    verdict: str
    why: str = ""


@dataclasses.dataclass(frozen=True)
class Verification:
    """What `verify` found; prints as a table.

    Attributes:
        preset: str, what was verified; of a Hub handle with its commit.
        checks: list of `Check`, one for each score.
        problems: list of sentences, what is wrong whatever the scores are.
        notes: list of sentences, what else to know.
        reports: list of `ScoreReport`, what was computed.
    """

    preset: str
    checks: list[Check]
    problems: list[str]
    notes: list[str]
    reports: list[ScoreReport] = dataclasses.field(default_factory=list)

    @property
    def verdict(self) -> str:
        """`"holds"`, `"fails"`, or `"not repeated"` if any score could not be."""
        verdicts = [check.verdict for check in self.checks]
        if self.problems or FAILS in verdicts:
            return FAILS
        return (
            NOT_REPEATED if NOT_REPEATED in verdicts or HOLDS not in verdicts else HOLDS
        )

    @property
    def exit_code(self) -> int:
        """0 if all holds, 1 if something does not, 2 if it could not be repeated."""
        return {HOLDS: 0, FAILS: 1, NOT_REPEATED: 2}[self.verdict]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts and lists, for JSON."""
        return {
            "preset": self.preset,
            "verdict": self.verdict,
            "checks": [dataclasses.asdict(check) for check in self.checks],
            "problems": self.problems,
            "notes": self.notes,
            "reports": [report.to_dict() for report in self.reports],
        }

    def rows(self) -> list[tuple[str, ...]]:
        """What is printed: one row of texts per score, after a header."""
        rows: list[tuple[str, ...]] = [
            ("score", "card", "95 % interval", "repeated", "apart", "verdict")
        ]
        for check in self.checks:
            number, scale = tables.number, scale_of(check.metric)
            low_high = check.interval and [number(scale * x) for x in check.interval]
            repeated = apart = "-"
            if check.repeated is not None:
                repeated = number(scale * check.repeated)
                apart = f"{abs(scale * (check.repeated - check.stated)):.1e}"
            rows.append(
                (
                    check.label,
                    number(scale * check.stated),
                    " to ".join(low_high) if low_high else "-",
                    repeated,
                    apart,
                    f"{check.verdict}: {check.why}" if check.why else check.verdict,
                )
            )
        return rows

    def sentences(self) -> list[str]:
        """The problems, the notes, and the verdict on the whole."""
        found = {
            HOLDS: "The card holds.",
            FAILS: "The card does not hold.",
            NOT_REPEATED: "The card could not be repeated, or not all of it.",
        }
        return [*self.problems, *self.notes, found[self.verdict]]

    def __repr__(self) -> str:
        return "\n".join([tables.text(self.rows()), *self.sentences()])
