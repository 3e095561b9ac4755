"""What commands print: Rich tables, in a pipe too, and lines.

Much of it is strangers' words, from presets, cards and reports. They are shown as they
are: neither as Rich's markup nor as what steers a terminal.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table


def is_live() -> bool:
    """Whether somebody is watching: a terminal gets progress bars."""
    return sys.stdout.isatty()


def take_every_text() -> None:
    """Have both streams take what their encoding lacks, as `?`, and be closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # `>&-`
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif getattr(stream, "errors", None) == "strict":
            stream.reconfigure(errors="replace")


@contextlib.contextmanager
def reserved() -> Iterator[None]:
    """Keep standard output for one thing: what libraries print goes to the errors.

    Also what they print past Python: BLAS, a progress bar in C++.
    """
    with contextlib.redirect_stdout(sys.stderr), contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # no such stream
            kept = os.dup(1)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 1)
            os.dup2(2, 1)
        yield


def shown(text: object) -> str:
    """A text that a terminal only shows, with `?` for what would steer it.

    Example:

    >>> shown("a cat\\x1b[2J\\r\\n[b]")
    'a cat?[2J \\n[b]'
    """
    return "".join(
        letter if letter.isprintable() or letter == "\n" else " ?"[not letter.isspace()]
        for letter in str(text)
    )


def line(text: object, err: bool = False) -> None:
    """Print a text, on standard error if asked; whoever wrote it, it is only shown."""
    typer.echo(shown(text), err=err)


class _Console(Console):
    """Takes every text as it is."""

    def render_str(self, text: str, **options: Any) -> Any:
        options |= {"markup": False, "emoji": False}
        return super().render_str(shown(text), **options)


def console() -> Console:
    """A console of the terminal's width; in a pipe lines may be long."""
    return _Console(width=None if is_live() else 200, highlight=False)


class _Table(Table):
    """Light, for narrow terminals, where cells take several lines: nothing is cut."""

    def __init__(self, *head: Any, **options: Any) -> None:
        light: dict[str, Any] = {
            "box": SIMPLE_HEAD,
            "show_edge": False,
            "pad_edge": False,
        }
        super().__init__(*head, padding=(0, 1, 0, 0), **light, **options)

    def add_column(self, *header: Any, **options: Any) -> None:
        super().add_column(*header, **{"overflow": "fold", **options})


def _list(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a list whose words stay whole, above all the names, which people type.

    Where they have no room, the last columns are left out, and that is said.
    """
    where, table = console(), _Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    for column in table.columns:
        words = [shown(cell).split() for cell in (column.header, *column.cells)]
        column.no_wrap = all(len(cell) < 2 for cell in words)
        column.min_width = max(cell_len(word) for cell in words for word in cell)
    while len(table.columns) > 1 and _least(table) > where.width:
        table.columns.pop()
    where.print(table)
    if left_out := head[len(table.columns) :]:
        where.print(f"Too narrow for: {', '.join(left_out)}. --json has everything.")


def _least(table):
    return sum(column.min_width + 2 for column in table.columns) - 2


def zoo(entries: Mapping[str, Any]) -> None:
    """The entries of the zoo, each with a score or two: `show` has all of them."""
    if not entries:
        console().print("The zoo is empty.")
        return
    _list(
        "The zoo, and the parameters of its generators",
        ("name", "family", "images", "labels", "score", "size", "second score"),
        [
            (
                name,
                entry["family"],
                entry.get("images") or "-",
                str(entry.get("classes") or "-"),
                first,
                _size(entry["parameters"]),
                second,
            )
            for name, entry in entries.items()
            for first, second in [_headlines(entry["scores"])]
        ],
    )


def _size(parameters):
    """Such as `"436k"` parameters."""
    return (
        f"{parameters / 1e3:,.0f}k" if parameters < 1e6 else f"{parameters / 1e6:,.1f}M"
    )


def _headlines(scores):
    """Two scores, FID and IS if there are: `("FID (digits) 0.23", "IS (digits) 8.91")`.

    "-" stands for what there is none of.
    """
    labels = sorted(scores, key=lambda label: not label.startswith("FID ("))
    texts = [
        f"{label} {scores[label]:{'.2f' if abs(scores[label]) >= 0.1 else '.2g'}}"
        for label in labels
    ]
    return (*texts, "-", "-")[:2]


def families(rows: Mapping[str, Any]) -> None:
    """The families that there are."""
    _list(
        "Families",
        ("name", "class", "labels", "year", "paper", "loss"),
        [
            (
                name,
                row["class"],
                row["labels"] or "-",
                str(row["year"]),
                f"{row['paper']}, arXiv:{row['arxiv']}",
                ", ".join((row["loss"], *row["terms"])),
            )
            for name, row in rows.items()
        ],
    )


def public(rows: Mapping[str, Any]) -> None:
    """Others' public weights."""
    _list(
        "Public weights, with their publishers' scores",
        ("name", "data", "FID", "IS", "licence", "tried", "layout"),
        [
            (
                name,
                row.get("dataset") or "-",
                *(
                    f"{scores[s]:.2f}" if s in scores else "-"
                    for scores in [row.get("scores") or {}]
                    for s in ("fid", "is")
                ),
                row["licence"],
                "yes" if row["verified"] else "not yet",
                row["source"],
            )
            for name, row in rows.items()
        ],
    )


def facts(values: Mapping[str, Any], title: str | None = None) -> None:
    """A dict of facts, with nested dicts as tables of their own."""
    table = _Table("", "", show_header=False, title=title, title_justify="left")
    nested = {}
    for name, value in values.items():
        if isinstance(value, dict):
            nested[name] = value
        elif isinstance(value, float):
            table.add_row(name, f"{value:g}")
        elif value is not None:
            table.add_row(name, str(value))
    console().print(table)
    for name, value in nested.items():
        if value:
            facts(value, name)


def verification(found: Any) -> None:
    """What came of repeating the scores of a card."""
    head, *rows = found.rows()
    table = _Table(*head, title=found.preset)
    for row in rows:
        table.add_row(*row)
    if rows:
        console().print(table)
    for sentence in found.sentences():
        console().print(sentence)


def report(found: Any) -> None:
    """The scores of a report, and what other implementations say."""
    head, *rows = found.rows()
    table = _Table(*head)
    for row in rows:
        table.add_row(*row)
    console().print(table)
    for note in found.notes():
        console().print(note)


def references(entries: Mapping[Path, Any]) -> None:
    """The statistics of reference sets, a dict of path -> `Reference`."""
    if not entries:
        console().print("There are no reference statistics.")
        return
    head = ("key", "reference", "extractor", "images", "dimensions", "MB", "path")
    rows = []
    for facts in reference_facts(entries):
        texts = {**facts, "MB": f"{facts['bytes'] / 1e6:,.1f}"}
        texts["images"] = "?" if facts["images"] is None else f"{facts['images']:,}"
        rows.append([str(texts[name]) for name in head])
    _list("Reference statistics", head, rows)


def reference_facts(entries: Mapping[Path, Any]) -> list[dict[str, Any]]:
    """What `references` shows, as a list of dicts."""
    return [
        {
            "key": path.stem,
            "reference": found.name,
            "extractor": found.extractor,
            "images": found.num_real,
            "dimensions": found.moments.mean.size,
            "bytes": sum(
                file.stat().st_size
                for file in (path, path.with_suffix(".npy"))
                if file.exists()
            ),
            "path": str(path),
        }
        for path, found in entries.items()
    ]


def trials(rows: Sequence[Mapping[str, Any]]) -> None:
    """The trials of a search, the best first."""
    table = _Table(title="Trials")
    for name in rows[0]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            *(f"{v:.3g}" if isinstance(v, float) else str(v) for v in row.values())
        )
    console().print(table)
