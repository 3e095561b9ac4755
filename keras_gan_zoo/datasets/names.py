"""What a name of data means: a data set of the catalogue, or else a path."""

import os
import re
from typing import Any

from keras_gan_zoo.datasets.catalogue import CATALOGUE
from keras_gan_zoo.near_names import did_you_mean, say_namesake
from keras_gan_zoo.typing import PathLike

NAMED = re.compile(r"(\w{2,}):(\w.*)")  # not a drive letter, not a URL
PATH = re.compile(r"(.+):([A-Za-z_]\w*(?:\[[-\d%:]*\])?(?:\+[\w\[\]:%+-]+)?)")


def text_of(name: PathLike) -> str:
    """A name or a path as text that can only be read as what it is.

    Text that is a data set's name is the data set; a `Path` is always a path, and `~`
    the home folder.

    Example:

    >>> from pathlib import Path
    >>> text_of("digits"), text_of(Path("digits")), text_of(Path("faces"))
    ('digits', './digits', 'faces')
    """
    text = os.path.expanduser(os.fspath(name))
    is_path = not isinstance(name, str)
    return f"./{text}" if is_path and _parts(text)[0] in CATALOGUE else text


def split_name(name: PathLike, split: str | None = "train") -> tuple[str, Any]:
    """`"mnist:test[:100]"` as `("mnist", "test[:100]")`; without a split, `split`.

    A path is kept whole: only text after the last colon that reads as a split counts.
    The name is in the catalogue only if it is that of a data set: see `text_of`.

    Example:

    >>> split_name("mnist:train[55000:]"), split_name("./faces")
    (('mnist', 'train[55000:]'), ('./faces', 'train'))
    """
    found, own = _parts(text_of(name))
    return found, split if own is None else own


def find(name: Any, split: str | None) -> tuple[str, Any]:
    """A key of `CATALOGUE` or an existing path, and the split.

    Raises:
        ValueError: there is neither.
    """
    if isinstance(name, str | os.PathLike):
        found, split = split_name(name, split)
        if found in CATALOGUE:
            say_namesake(found, "the data set of that name")
            return found, split
        if os.path.exists(found):
            return found, split
        name = found
    raise ValueError(
        "There is no folder, no file and no data set of that name. "
        f"{did_you_mean(name, CATALOGUE)}Known data sets: {', '.join(CATALOGUE)}. "
        f"Received: name={str(name)!r}"
    )


def is_folder(name: PathLike) -> bool:
    """Whether a name, without its split, means a folder that there is.

    Example:

    >>> is_folder("digits"), is_folder(".")
    (False, True)
    """
    text = text_of(name)
    return text not in CATALOGUE and os.path.isdir(text)


def _parts(text):
    """The name in a text, and the split or None."""
    match = NAMED.fullmatch(text) or PATH.fullmatch(text)
    if match and not os.path.exists(text):
        return match[1], match[2]
    return text, None
