"""Suggests what was meant by a name that is not known."""

import difflib
from collections.abc import Iterable


def did_you_mean(name: object, known: Iterable[str], quote: str = "'") -> str:
    """A sentence with a space after it, or nothing if no known name is near.

    Example:

    >>> did_you_mean("dcgan_mnits", ["dcgan_mnist", "wgan_mnist"])
    "Did you mean 'dcgan_mnist'? "
    >>> did_you_mean("x", ["dcgan_mnist"])
    ''
    """
    names = {other.lower(): other for other in known}
    near = difflib.get_close_matches(str(name).lower(), names, 1)
    return f"Did you mean {quote}{names[near[0]]}{quote}? " if near else ""
