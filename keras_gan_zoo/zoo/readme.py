"""Tables in the README, between two markers each."""

from pathlib import Path

from keras_gan_zoo.files import write_text


def markers(table):
    """The comments around a table.

    Example:

    >>> markers("zoo-scores")
    ('<!-- zoo-scores:start -->', '<!-- zoo-scores:end -->')
    """
    return f"<!-- {table}:start -->", f"<!-- {table}:end -->"


def read_table(path, table):
    """The text between the markers of `table`, or None where there are none."""
    start, end = markers(table)
    _, start, rest = Path(path).read_text("utf-8").partition(start)
    text, end, _ = rest.partition(end)
    return text.strip() if start and end else None


def refresh_readme(path, text, table="zoo-scores"):
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
