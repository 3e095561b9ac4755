"""The leaderboard as one HTML page that asks for nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_gan_zoo import pages
from keras_gan_zoo.leaderboard import plots
from keras_gan_zoo.leaderboard.boards import Board, Cell, Column
from keras_gan_zoo.leaderboard.grids import grids_of
from keras_gan_zoo.leaderboard.models import Model
from keras_gan_zoo.leaderboard.texts import plain
from keras_gan_zoo.scoring import tables
from keras_gan_zoo.scoring.anchors import TITLES
from keras_gan_zoo.scoring.sentences import condition_rows

HERE = Path(__file__).parent
SHARED = Path(pages.__file__).with_name("style.css")


def render(boards: Sequence[Board], problems: Mapping[str, str], title: str) -> str:
    """The page.

    Args:
        boards: list of `Board`.
        problems: dict, what can't be shown -> why.
        title: str.
    """
    models = {n: model for board in boards for n, model in board.models.items()}
    style = pages.text_of(SHARED, HERE / "page.css") + _lines(boards)
    script = pages.text_of(HERE / "page.js")
    page = pages.template(HERE / "page.html.jinja").render(
        title=title,
        style=style,
        script=script,
        policy=pages.policy(style, script),
        boards=[_board(i, board) for i, board in enumerate(boards)],
        models={number: _sheet(model) for number, model in models.items()},
        grids=grids_of(models),
        families=sorted({model.family for model in models.values()}),
        data=sorted({model.data for model in models.values()}),
        problems=problems,
        size=plots,
        called=TITLES,
    )
    page = page.replace(">\n<", "><")  # half of the nodes that a browser makes
    return page.encode("utf-8", "replace").decode("utf-8")


def _lines(boards: Sequence[Board]) -> str:
    """The style of the lines at the anchors: once for a column, not in each cell."""
    rules = []
    for i, board in enumerate(boards, 1):
        for j, column in enumerate(board.columns, 3):  # after rank and model
            axis = _axis(column)
            lines = [
                f"linear-gradient(var(--{name}), var(--{name})) "
                f"{axis.at(cell.value):.1f}% 0 / 1.5px 100% no-repeat"
                for name, cell in column.anchors.items()
            ]
            if lines:
                place = f"#board-{i} td:nth-child({j}) .bar"
                rules.append(f"{place} {{ background: {', '.join(lines)}; }}")
    return "\n".join(rules)


def _axis(column: Column) -> plots.Axis:
    """Percent of a cell's width; room for a dot at both ends."""
    return plots.Axis.of(column.bounds, 3, 97)


def _board(number: int, board: Board) -> dict[str, Any]:
    columns = [(column, _axis(column)) for column in board.columns]
    timed = any(model.seconds for model in board.models.values())
    return {
        "id": f"table-{number + 1}",
        "title": board.title,
        "note": board.note,
        "conditions": [
            (plain(name), plain(value, 200))
            for name, value in condition_rows(board.conditions)
        ],
        "columns": [_head(column) for column in board.columns],
        "timed": timed,
        "rows": [
            {
                "number": n,
                "model": model,
                "text": _searched(model),
                "cells": [_cell(c, axis, c.cells.get(n)) for c, axis in columns],
            }
            for n, model in board.models.items()
        ],
        "anchors": {
            name: [_cell(c, axis, c.anchors.get(name)) for c, axis in columns]
            for name in board.anchors
        },
        "plots": plots.plots_of(board),
    }


def _head(column: Column) -> dict[str, Any]:
    name, _, seen = column.label.partition(" (")
    return {
        "label": column.label,
        "name": name,
        "seen": f"({seen}" if seen else "",
        "better": column.better,
        "protocol": plain(column.conditions.get("protocol") or "", 200),
    }


def _cell(column: Column, axis: plots.Axis, cell: Cell | None) -> dict[str, Any] | None:
    """A score as text and as places on a line, or None."""
    if cell is None:
        return None
    ends = (cell.low, cell.high)
    known = cell.low is not None
    return {
        "value": cell.value,
        "rank": cell.rank,
        "text": tables.number(cell.value),
        "interval": " to ".join(tables.number(n) for n in ends if n is not None),
        "at": axis.at(cell.value),
        "ends": [axis.at(n) for n in ends if n is not None] if known else None,
    }


def _searched(model: Model) -> str:
    """What the filter looks through."""
    words = (model.name, model.family, model.data, model.author, model.license)
    more = (model.labels, "conditional" if model.labels else "unconditional")
    return " ".join(word for word in (*words, *more) if word).lower()


def _sheet(model: Model) -> dict[str, Any]:
    """All that is known of a model, for the window that opens."""
    facts = {
        "family": model.family,
        "trained on": model.data,
        "classes": model.labels,
        "parameters": f"{model.parameters:,}" if model.parameters else None,
        "training time": model.trained_in,
        "licence": model.license,
        "author": model.author,
    }
    return {
        "model": model,
        "facts": {name: text for name, text in facts.items() if text},
        "scores": _scores(model),
        "last": model.last is not None,
        "call": f'kgz.GAN.from_preset("{model.address}")',
    }


def _scores(model: Model) -> list[tuple[str, ...]]:
    """Label, value, interval and the value of the last epoch of each score."""
    last = {row[0]: row[1] for row in model.last.rows()} if model.last else {}
    return [
        tuple(plain(text) for text in (label, value, interval, last.get(label, "")))
        for label, value, interval, *_ in model.report.rows()[1:]
    ]
