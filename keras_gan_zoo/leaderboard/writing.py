"""Writes a leaderboard: an HTML page, Markdown and JSON."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from keras_gan_zoo.files import named, write_text
from keras_gan_zoo.leaderboard.boards import Board, Cell, boards_of
from keras_gan_zoo.leaderboard.gathering import Gathered, gather
from keras_gan_zoo.leaderboard.models import Model
from keras_gan_zoo.leaderboard.page import render
from keras_gan_zoo.leaderboard.texts import markdown, plain
from keras_gan_zoo.scoring import tables
from keras_gan_zoo.scoring.anchors import TITLES, Anchors
from keras_gan_zoo.typing import PathLike

FORMAT = 1
SUFFIXES = (".html", ".md", ".json")
TITLE = "Leaderboard of GANs"
LEAD = (
    "Scores share a table only if they share their conditions; beside each is its 95 % "
    "interval. The rank is by the first score; models whose difference is within the "
    "noise share it."
)


def write_leaderboard(
    out: PathLike,
    sources: PathLike | Iterable[PathLike] = (),
    author: str | None = None,
    *,
    anchors: Anchors | None = None,
    title: str = TITLE,
    say: Callable[[str], object] = lambda line: None,
) -> Gathered:
    """Write scored models into tables, each of which holds scores that can be compared.

    Scores of other images, extractors, numbers of samples or protocols are in tables or
    columns of their own. The page is one file that loads nothing.

    Args:
        out: path of a `.html`, `.md` or `.json` file; without one of these suffixes
            all three are written.
        sources: zoo entries, presets' folders, folders of them, and Hub handles, or
            one of these. If there are none, and no author, the whole zoo.
        author: str, whose models on the Hub with a card of ours are read.
        anchors: see `keras_gan_zoo.scoring.anchors`; by default the package's own.
        title: str.
        say: is called with the name of each source before it is read.

    Returns:
        `Gathered`: the models, and the problems with those that could not be read.

    Raises:
        ValueError: nothing could be read, and the error says why; or `out` names no
            file.

    Example:

    >>> from keras_gan_zoo.leaderboard import write_leaderboard
    >>> found = write_leaderboard("zoo.html", ["dcgan_mnist"])  # doctest: +SKIP
    """
    out = named(out)
    one = out.suffix.lower() in SUFFIXES
    if one and out.is_dir():
        raise IsADirectoryError(
            f"`out` must be the name of a file. Received: out={str(out)!r}, a folder"
        )
    found = gather(sources, author, say)
    if not found.models:
        raise ValueError(
            "No scored model could be read. Received: "
            + "; ".join(f"{name}: {why}" for name, why in found.problems.items())
        )
    boards = boards_of(found.models, anchors)
    writers: dict[str, Callable[[], str]] = {
        ".html": lambda: render(boards, found.problems, title),
        ".md": lambda: to_markdown(boards, found.problems, title),
        ".json": lambda: to_json(boards, found.problems),
    }
    wanted = [out.suffix.lower()] if one else SUFFIXES
    texts = {suffix: writers[suffix]() for suffix in wanted}  # all of them, or none
    for suffix, text in texts.items():
        write_text(out if one else out.with_name(out.name + suffix), text)
    return found


def to_markdown(
    boards: Sequence[Board], problems: Mapping[str, str], title: str = TITLE
) -> str:
    """The tables as Markdown, in which names of strangers are text."""
    parts = [f"# {markdown(title)}", LEAD]
    for board in boards:
        parts += [f"## {markdown(board.title)}", markdown(board.note)]
        parts.append(tables.markdown(_rows(board)))
    if problems:
        rows = [["not shown", "why"]]
        rows += [[markdown(name), markdown(why)] for name, why in problems.items()]
        parts.append(tables.markdown(rows))
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(board: Board) -> list[list[str]]:
    """The texts of a table, a head first."""
    timed = any(model.seconds for model in board.models.values())
    labels = [markdown(c.label) for c in board.columns]
    times = ["trained in"] * timed
    rows = [["model", "rank", "family", *labels, "parameters", *times]]
    for name in board.anchors:
        anchors = [_text(c.anchors.get(name)) for c in board.columns]
        rows.append([f"*{TITLES[name]}*", "", "", *anchors, "", *[""] * timed])
    for number, model in board.models.items():
        cells = [c.cells.get(number) for c in board.columns]
        rank = str(cells[0].rank) if cells[0] else ""
        size = f"{model.parameters:,}" if model.parameters else ""
        times = [markdown(model.trained_in)] * timed
        named = [_linked(model), rank, markdown(model.family)]
        rows.append([*named, *map(_text, cells), size, *times])
    return rows


def to_json(boards: Sequence[Board], problems: Mapping[str, str]) -> str:
    """The tables as JSON, with the conditions of each table and of each column."""
    found = {
        "format": FORMAT,
        "tables": [_table(board) for board in boards],
        "problems": dict(problems),
    }
    return json.dumps(found, indent=2, allow_nan=False) + "\n"


def _text(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    number = tables.number
    if cell.low is None or cell.high is None:
        return number(cell.value)
    return f"{number(cell.value)} ({number(cell.low)} to {number(cell.high)})"


def _linked(model: Model) -> str:
    name = markdown(model.name)
    return f"[{name}]({model.page})" if model.page else name


def _table(board: Board) -> dict[str, Any]:
    columns = [
        {
            "metric": c.metric,
            "label": c.label,
            "better": c.better,
            "conditions": c.conditions,
            "anchors": {name: _cell(cell) for name, cell in c.anchors.items()},
        }
        for c in board.columns
    ]
    rows = [
        {
            "model": model.name,
            "address": model.address,
            "family": model.family,
            "data": model.data,
            "license": model.license,
            "parameters": model.parameters,
            "training_seconds": model.seconds,
            "training_machine": model.machine,
            "scores": [
                _cell(c.cells[number]) if number in c.cells else None
                for c in board.columns
            ],
        }
        for number, model in board.models.items()
    ]
    return {
        "title": plain(board.title, 300),
        "note": board.note,
        "conditions": board.conditions,
        "columns": columns,
        "rows": rows,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    rank = {"rank": cell.rank} if cell.rank else {}
    return {"value": cell.value, "low": cell.low, "high": cell.high, **rank}
