"""Suggests what was meant by a name that is not known."""

import difflib
import functools
import os
import warnings
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


def say_namesake(name: str, meant: str, stacklevel: int = 4) -> None:
    """Warn, once for each path, if a name is that of a file or folder too.

    Args:
        name: str, which is read as something else than a path.
        meant: str, what it is read as, such as "the data set of that name".
        stacklevel: int, see `warnings.warn`; of whoever calls this it is 2.
    """
    if os.path.exists(name):
        _say_namesake(name, os.path.abspath(name), meant, stacklevel + 1)


@functools.cache
def _say_namesake(name, path, meant, stacklevel):
    kind = "folder" if os.path.isdir(path) else "file"
    warnings.warn(
        f"{name!r} means {meant}, not the {kind} that has it too: "
        f'for the {kind} pass "./{name}". Received: {name!r}, and there is {path}',
        stacklevel=stacklevel,
    )
