"""What strangers wrote, as plain text of one line, for HTML, Markdown and terminals."""

import re
from typing import Any

from keras_gan_zoo.scoring import tables

MOST_LETTERS = 120
#: what Markdown could read as more than text; `tables.markdown` escapes the `|`
SPECIAL = re.compile(
    r"([\\`*{}\[\]#!~@$]|(?<![^\W_])_|_(?![^\W_])|(?<=www)\.|:(?=//))",
    re.IGNORECASE,
)


def plain(value: Any, most: int = MOST_LETTERS) -> str:
    """Anything as one line that a page or a terminal only shows.

    Example:

    >>> plain("a\\x1b[31m\\n b\\u202e"), plain(12)
    ('a?[31m b?', '12')
    """
    return tables.plain(str(value)[: 10 * most], most)


def markdown(value: Any) -> str:
    """A plain text that Markdown shows as it is: no links, marks or HTML.

    Example:

    >>> markdown("<b>[x](y)")
    '&lt;b&gt;\\\\[x\\\\](y)'
    """
    text = SPECIAL.sub(r"\\\1", plain(value, 400)).replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")
