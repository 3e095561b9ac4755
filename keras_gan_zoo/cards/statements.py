"""What a card states of its scores, and where that is not what `scores.json` has."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from keras_gan_zoo.cards.render import score_table
from keras_gan_zoo.cards.results import is_standard
from keras_gan_zoo.cards.sentences import BESIDE, SECOND
from keras_gan_zoo.presets import files, readme
from keras_gan_zoo.scoring import METRICS, ScoreReport, ranking, tables

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.(\d+))?(?:[eE]([+-]?\d+))?(?![\w.])")
CELL = re.compile(r"(?<!\\)\|")
#: conditions that the metadata repeat
CONDITIONS = (
    *("extractor", "extractor_sha256", "num_fake", "num_real"),
    *("repeats", "seed", "generator_sha256"),
)


class Printed(NamedTuple):
    """A number as people read it: its value, and half a unit of its last digit."""

    value: float
    half: float

    def says(self, value: float, reach: float = 0.0) -> bool:
        """Whether `value`, or one within `reach` of it, is printed like this."""
        return abs(self.value - value) <= self.half * (1 + 1e-9) + reach


def numbers(text: str) -> list[Printed]:
    """The numbers in a text.

    Example:

    >>> [number.value for number in numbers("8.893 (std 0.044), 8,428 of a1b2")]
    [8.893, 0.044, 8428.0]
    """
    found = []
    for match in NUMBER.finditer(text):
        exponent = int(match[2] or 0) if len(match[2] or "") < 5 else 0
        unit = 10.0 ** max(exponent - len(match[1] or ""), -300)
        found.append(Printed(float(match[0].replace(",", "")), unit / 2))
    return found


def tables_of(text: str) -> Iterator[list[list[str]]]:
    """The Markdown tables in a text: rows of cells, the header first.

    Example:

    >>> list(tables_of("| a | b |\\n| --- | --- |\\n| 1 | 2 |\\n\\nmore"))
    [[['a', 'b'], ['1', '2']]]
    """
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        line = line.strip()
        if line.startswith("|"):
            cells = CELL.split(line.removesuffix("|")[1:])
            if not set(line) <= set("|-: "):
                rows.append([cell.strip().replace("\\|", "|") for cell in cells])
        elif rows:
            yield rows
            rows = []


def misstatements(folder: Path, scores: Mapping[str, Any]) -> list[str]:
    """What the card of a preset says otherwise than `scores.json`, as sentences.

    The metadata, which the Hub shows, must have the very numbers; the table of the
    scores must print them, and so must the sentences on those by other extractors.

    Args:
        folder: path of the preset, whoever wrote it.
        scores: dict, the content of its `scores.json`.
    """
    path = folder / files.README
    if not path.is_file():
        return []
    if path.stat().st_size > files.MAX_JSON:
        return [f"`{files.README}` is larger than any card."]
    text = readme.read(path, errors="replace")
    try:
        data, body = readme.split(text)
        report, truth = ScoreReport.from_dict(scores), score_table(scores)
        others = list(map(ScoreReport.from_dict, scores.get("others") or ()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"The card can't be compared with `{files.SCORES}`: {error!r:.200}"]
    return [
        *_in_metadata(data, report),
        *_in_tables(body, truth),
        *_in_sentences(body, others),
    ]


def _in_metadata(data, report):
    labels = {report.label(metric): metric for metric in report.metrics}
    ours, others = readme.split_index(data)
    results = (result for model in others for result in model["results"])
    more = (metric for result in results for metric in result["metrics"])
    for stated in [*ours, *(m for m in more if m.get("name") in labels)]:
        name = stated.get("name")
        metric = labels.get(name) if isinstance(name, str) else None
        if metric is None:
            yield f"The metadata have {name!r:.60}, and `{files.SCORES}` has not."
        else:
            yield from _in_metric(stated, metric, report)


def _in_metric(stated, metric, report):
    label, value = tables.plain(report.label(metric)), stated.get("value")
    if not _is_equal(value, report[metric]):
        yield (
            f"The metadata say {label} {value!r:.40}, and `{files.SCORES}` says "
            f"{report[metric]!r}."
        )
    standard = METRICS[metric].hub if metric in METRICS else None
    is_claimed = standard is not None and stated.get("type") == standard[0]
    if is_claimed and not is_standard(report.conditions):
        yield (
            f"The metadata call {label} `{standard[0]}`, which is of the Inception "
            "network of 2015, and it is not."
        )
    args = stated.get("args")
    for key in CONDITIONS:
        truth = report.conditions.get(key)
        if isinstance(args, dict) and key in args and args[key] != truth:
            yield (
                f"The metadata say {key}={args[key]!r:.80} of {label}, and "
                f"`{files.SCORES}` says {truth!r:.80}."
            )


def _is_equal(value, other):
    try:
        return math.isclose(value, other, rel_tol=1e-12)
    except (TypeError, ValueError, OverflowError):
        return False


def _in_tables(body, truth):
    """Numbers in the rows of a card's tables that are not those of the true one."""
    ((head, *rows),) = tables_of(truth)
    true_rows = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    for their_head, *their_rows in tables_of(body):
        if their_head[0] != head[0]:
            continue
        # What the scores are of, such as an epoch, is in the header of the first.
        their_head = [their_head[0], head[1], *their_head[2:]]
        for row in their_rows:
            true = true_rows.get(row[0], {})
            for column, cell in zip(their_head, row, strict=False):
                if column in true and not _says(cell, true[column]):
                    yield (
                        f"The table says {row[0]!r:.60}, {column}: {cell!r:.60}, and "
                        f"`{files.SCORES}` has {true[column]!r:.60}."
                    )


def _in_sentences(body, others):
    """Numbers in what a card says of scores by other extractors."""
    truth = {
        report.shown(metric): f"{cell.text()} {cell.interval() or ''}"
        for report in others
        for metric, cell in ranking.row("", report).cells.items()
    }
    lines = [line for line in body.splitlines() if line.startswith(SECOND)]
    for part in (part for line in lines for part in line[len(SECOND) :].split(";")):
        part = part.strip().removesuffix(".").partition(BESIDE)[0]
        label = next((label for label in truth if part.startswith(f"{label} ")), None)
        if label is None:
            yield f"The card has {part!r:.80}, and `{files.SCORES}` has not."
        elif not _says(part.removeprefix(label), truth[label]):
            yield (
                f"The card says {part!r:.80} by another extractor, and "
                f"`{files.SCORES}` has {truth[label].strip()!r:.60}."
            )


def _says(cell, true):
    """Whether two cells have the same numbers, to the digits that both have."""
    found, wanted = numbers(cell), numbers(true)
    return len(found) == len(wanted) and all(
        one.value == other.value
        or (one.half != other.half and one.says(other.value, other.half))
        for one, other in zip(found, wanted, strict=True)
    )
