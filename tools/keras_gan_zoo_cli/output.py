"""What commands print: Rich tables, in a pipe too, and lines.

Much of it is strangers' words, from presets, cards and reports. They are shown as they
are: neither as Rich's markup nor as what steers a terminal.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table


def is_live() -> bool:
    """Whether somebody is watching: a terminal gets progress bars."""
    return sys.stdout.isatty()


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


def zoo(entries: Mapping[str, Any]) -> None:
    """The entries of the zoo."""
    if not entries:
        console().print("The zoo is empty.")
        return
    table = Table("name", "family", "data", title="The zoo")
    labels = dict.fromkeys(s for entry in entries.values() for s in entry["scores"])
    for label in ("parameters", *labels):
        table.add_column(label, justify="right")
    for name, entry in entries.items():
        scores = entry["scores"]
        table.add_row(
            name,
            entry["family"],
            entry["data"],
            f"{entry['parameters']:,}",
            *(f"{scores[s]:.2f}" if s in scores else "-" for s in labels),
        )
    console().print(table)


def families(rows: Mapping[str, Any]) -> None:
    """The families that there are."""
    table = Table("name", "class", "paper", "year", "loss", "labels", title="Families")
    for name, row in rows.items():
        table.add_row(
            name,
            row["class"],
            f"{row['paper']}, arXiv:{row['arxiv']}",
            str(row["year"]),
            ", ".join((row["loss"], *row["terms"])),
            row["labels"],
        )
    console().print(table)


def public(rows: Mapping[str, Any]) -> None:
    """Others' public weights."""
    table = Table("name", "layout", "data", "FID", "IS", "licence", "tried")
    table.title = "Public weights, with their publishers' scores"
    for name, row in rows.items():
        scores = row.get("scores") or {}
        table.add_row(
            name,
            row["source"],
            row.get("dataset") or "-",
            *(f"{scores[s]:.2f}" if s in scores else "-" for s in ("fid", "is")),
            row["licence"],
            "yes" if row["verified"] else "not yet",
        )
    console().print(table)


def facts(values: Mapping[str, Any], title: str | None = None) -> None:
    """A dict of facts, with nested dicts as tables of their own."""
    table = Table(show_header=False, title=title, title_justify="left")
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
    table = Table(*head, title=found.preset)
    for row in rows:
        table.add_row(*row)
    if rows:
        console().print(table)
    for sentence in found.sentences():
        console().print(sentence)


def report(found: Any) -> None:
    """The scores of a report, and what other implementations say."""
    head, *rows = found.rows()
    table = Table(*head)
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
    table = Table(*head, title="Reference statistics")
    for facts in reference_facts(entries):
        texts = {**facts, "MB": f"{facts['bytes'] / 1e6:,.1f}"}
        texts["images"] = "?" if facts["images"] is None else f"{facts['images']:,}"
        table.add_row(*(str(texts[name]) for name in head))
    console().print(table)


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
    table = Table(title="Trials")
    for name in rows[0]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            *(f"{v:.3g}" if isinstance(v, float) else str(v) for v in row.values())
        )
    console().print(table)
