"""Numbers and tables as text: for terminals and for Markdown."""

from collections.abc import Sequence
from typing import Any


def number(value: float) -> str:
    """A score as text for people.

    Example:

    >>> number(120.1254), number(0.012345), number(-0.5), number(0.0)
    ('120.125', '0.0123', '-0.500', '0.000')
    """
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.1 else f"{value:.3g}"


def distinct(names: Sequence[str]) -> list[str]:
    """Names that are there several times, with numbers.

    Example:

    >>> distinct(["a", "b", "a"])
    ['a #1', 'b', 'a #2']
    """
    return [
        f"{name} #{names[: i + 1].count(name)}" if names.count(name) > 1 else name
        for i, name in enumerate(names)
    ]


def text(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first of which is the header, as aligned lines.

    Example:

    >>> print(text([("score", "value"), ("FID", "1.250")]))
    score  value
    FID    1.250
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def plain(text: str, most: int = 100) -> str:
    """A stranger's text in one line that a terminal only shows.

    Example:

    >>> plain("digits\\x1b[2J\\n| FID", most=14)
    'digits?[2J | F...'
    """
    line = " ".join(text.split())
    shown = "".join(letter if letter.isprintable() else "?" for letter in line[:most])
    return shown + "..." * (len(line) > most)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first of which is the header, as a Markdown table.

    Example:

    >>> print(markdown([("a", "b"), ("1", "x | y")]))
    | a | b |
    | --- | --- |
    | 1 | x \\| y |
    """
    head, *body = [[_cell(cell) for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text):
    return " ".join(text.splitlines()).replace("|", "\\|")


def data_frame(records: list[dict[str, Any]]) -> Any:
    """A `pandas.DataFrame` of dicts, or an `ImportError` that says what to install."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "A data frame needs pandas: `pip install pandas`; `to_csv()` and "
            "`to_dict()` don't."
        ) from error
    return pandas.DataFrame(records)
