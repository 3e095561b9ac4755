"""Scores every entry again, and compares with each number that is printed of it."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from keras_gan_zoo import presets
from keras_gan_zoo.cards import Verification, verify
from keras_gan_zoo.cards.statements import numbers, tables_of
from keras_gan_zoo.presets import files, index
from keras_gan_zoo.scoring import ScoreReport
from keras_gan_zoo.scoring.measures import scale_of
from keras_gan_zoo.typing import PathLike
from keras_gan_zoo.zoo.scores import check_entries


def check_zoo(
    entries: Sequence[str] | None = None,
    documents: Iterable[PathLike] = (),
    num_images: int | None = None,
    verbose: bool | int | str = "auto",
) -> Iterator[tuple[str, Verification]]:
    """Verify entries of the zoo, and what the index and documents say of them.

    Of a document counts each row of a Markdown table that begins with an entry's name:
    the numbers below the labels of its scores, `FID (digits)`, and the intervals beside
    them, in the next cell or in brackets, must be those of its card, rounded, or within
    what `verify` lets pass.

    Args:
        entries: list of names; all by default.
        documents: paths of Markdown files, such as README.md.
        num_images: int, for a quick check; see `keras_gan_zoo.verify`.
        verbose: see `score`.

    Returns:
        iterator of `(name, Verification)`.

    Raises:
        ValueError: there is no such entry.
    """
    known = presets.read_index()
    texts = {Path(path): Path(path).read_text("utf-8") for path in documents}
    for name in check_entries(entries, known):
        found = verify(name, num_images=num_images, verbose=verbose)
        folder = index.zoo_folder() / name
        report = ScoreReport.load(folder / files.SCORES)
        problems = list(found.problems)
        if dict(report) != known[name]["scores"]:
            problems.append(
                f"`{index.INDEX}` has other scores: {known[name]['scores']}."
            )
        for path, text in texts.items():
            said = misprints(text, name, found)
            problems += [f"{path.name}: {sentence}" for sentence in said]
        yield name, dataclasses.replace(found, problems=problems)


def misprints(text: str, name: str, found: Verification) -> Iterator[str]:
    """What the tables of a document say otherwise of an entry, as sentences."""
    checks = {check.label: check for check in found.checks}
    for head, *rows in tables_of(text):
        for row in rows:
            if _name_in(row[0]) != name:
                continue
            for i, (label, cell) in enumerate(zip(head, row, strict=False)):
                if label in checks:
                    beside = head[i + 1 : i + 2] == ["95 % interval"]
                    interval = row[i + 1] if beside else cell.partition(" (")[2]
                    yield from _wrong(checks[label], name, cell, interval)


def _name_in(cell):
    """The name of an entry in a cell, whether it is code or a link."""
    text = re.sub(r"\[(.*?)\]\(.*\)", r"\1", cell)
    return re.sub(r"[\\`]", "", text).strip()


def _wrong(check, name, cell, interval):
    """What two cells, of a score and of its interval, say otherwise."""
    scale = scale_of(check.metric)
    reach, value = scale * check.rounding, scale * check.stated
    if not _prints(cell, [value], reach):
        yield f"{check.label} of {name} is {cell}, and in its card {value:.6g}."
    if check.interval and " to " in interval:
        low, high = (scale * bound for bound in check.interval)
        if not _prints(interval, [low, high], reach):
            yield (
                f"The interval of {check.label} of {name} is {interval.strip(')')}, "
                f"and in its card {low:.6g} to {high:.6g}."
            )


def _prints(cell, values, reach):
    """Whether a cell begins with these values, rounded."""
    found = numbers(cell)[: len(values)]
    return len(found) == len(values) and all(
        number.says(value, reach) for number, value in zip(found, values, strict=True)
    )
