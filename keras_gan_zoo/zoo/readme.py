"""Tables in the README, each between two markers."""

from pathlib import Path

from keras_gan_zoo.files import write_text
from keras_gan_zoo.typing import PathLike


def markers(table: str) -> tuple[str, str]:
    """The comments around a table.

    Example:

    >>> markers("zoo-scores")
    ('<!-- zoo-scores:start -->', '<!-- zoo-scores:end -->')
    """
    return f"<!-- {table}:start -->", f"<!-- {table}:end -->"


def read_table(path: PathLike, table: str) -> str | None:
    """The text between the markers of `table`, or None if there are none."""
    start, end = markers(table)
    _, start, rest = Path(path).read_text("utf-8").partition(start)
    text, end, _ = rest.partition(end)
    return text.strip() if start and end else None


def refresh_readme(path: PathLike, text: str, table: str = "zoo-scores") -> bool:
    """Put `text` between the markers of `table`.

    Returns:
        bool, whether the file has the markers.
    """
    if read_table(path, table) is None:
        return False
    start, end = markers(table)
    before, _, rest = Path(path).read_text("utf-8").partition(start)
    after = rest.partition(end)[2]
    write_text(path, f"{before}{start}\n{text.strip()}\n{end}{after}")
    return True
