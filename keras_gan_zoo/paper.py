"""Papers to cite."""

from typing import NamedTuple


class Paper(NamedTuple):
    """A published paper.

    Args:
        title: str.
        authors: str, in BibTeX's form: `"Surname, Name and Surname, Name"`.
        year: int.
        arxiv: str, such as `"1406.2661"`.
    """

    title: str
    authors: str
    year: int
    arxiv: str
