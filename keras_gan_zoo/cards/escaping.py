"""Names as Markdown that only shows them: in a cell, a title, a piece of code."""

import re

from keras_gan_zoo.scoring import tables

SPECIAL = re.compile(r"[\\`*\[\]<|]")


def words(text: str) -> str:
    r"""A name as plain words, whatever it holds.

    Example:

    >>> print(words("a|b\n<img src=x>"), words("my_gan"))
    a\|b \<img src=x> my_gan
    """
    return SPECIAL.sub(r"\\\g<0>", tables.plain(text, len(text)))


def code(text: str) -> str:
    """A name or a command as a piece of code.

    Example:

    >>> print(code("my_gan"), code("a`b"))
    `my_gan` `` a`b ``
    """
    shown = text if text.isprintable() else tables.plain(text, len(text))
    runs = re.findall("`+", shown)
    if not runs:
        return f"`{shown}`"
    fence = "`" * (1 + max(map(len, runs)))
    return f"{fence} {shown} {fence}"
