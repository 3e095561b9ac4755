"""Files that appear whole or not at all, their sha256, and the cache folder."""

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from keras_gan_zoo.typing import PathLike


def path_of(path: PathLike) -> Path:
    """A path as a user gives it: `~` is the home folder.

    Raises:
        ValueError: it is empty, as an unset variable of a shell is.

    Example:

    >>> path_of("~/my_gan").parent == Path.home()
    True
    """
    if not os.fspath(path):
        raise ValueError(
            "A path must not be empty; '.' is the folder that you are in. "
            f"Received: {path!r}"
        )
    return Path(os.path.expanduser(path))


def named(path: PathLike) -> Path:
    """The path of a file to write.

    Raises:
        ValueError: it has no name, such as `"."`.

    Example:

    >>> named("out/report.html").name
    'report.html'
    """
    path = Path(os.path.expanduser(path))
    if path.name in ("", ".."):
        raise ValueError(
            "A file to write must have a name, such as 'out/report.html'. "
            f"Received: {str(path)!r}"
        )
    return path


def place_of(path: PathLike) -> Path:
    """Where a file is to be written: what a link leads to, so that the link stays.

    A link of the Hub's cache is replaced instead. It leads to a blob that is named by
    what it holds, and that other revisions have too.
    """
    place = Path(os.path.realpath(path))
    return Path(path) if place.parent.name == "blobs" else place


def write_atomically(path: PathLike, write: Callable[[IO[bytes]], object]) -> Path:
    """Call `write(file)` on a temporary file beside `path`, then rename it.

    Args:
        path: where the file goes, see `place_of`; missing folders are created.
        write: a function that is given an open binary file.

    Returns:
        `pathlib.Path` of the file.

    Raises:
        IsADirectoryError: `path` is a folder.
        OSError: it can't be written; the error names `path`.
    """
    path = named(path)
    if path.is_dir():
        raise IsADirectoryError(
            f"A file can't be written over a folder. Received: {str(path)!r}"
        )
    place = place_of(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    except OSError as error:
        raise _named(error, path) from error
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp makes files private
        os.replace(temporary, place)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == temporary:
            raise _named(error, path) from error
        raise
    return path


@contextlib.contextmanager
def written_beside(path: PathLike) -> Iterator[Path]:
    """A path to write a file to, which then is at `path`, see `place_of`."""
    place = place_of(path)
    partial = place.with_name(f".{place.name}")
    try:
        yield partial
        sync(partial)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    os.replace(partial, place)


def _named(error, path):
    """An error about the file that was asked for, not the temporary one beside it."""
    return OSError(error.errno, error.strerror, str(path))


def write_text(path: PathLike, text: str) -> Path:
    """Write UTF-8 text; missing folders are created.

    Returns:
        `pathlib.Path` of the file.
    """
    return write_atomically(path, lambda file: file.write(text.encode()))


def write_json(path: PathLike, value: Any, indent: int | None = 2) -> Path:
    """Write JSON. NaN and infinity raise a `ValueError` before anything is written.

    Returns:
        `pathlib.Path` of the file.
    """
    return write_text(path, json.dumps(value, indent=indent, allow_nan=False) + "\n")


def sync(path: PathLike) -> None:
    """Have a file, or the names in a folder, reach the disk before anything else."""
    if os.name == "nt" and os.path.isdir(path):
        return  # Windows keeps no order of names, and opens no folders
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def restored_on_error(path: PathLike) -> Iterator[None]:
    """Put a file back as it was, or remove it if there was none, after an error."""
    path = Path(path)
    before = path.read_bytes() if path.is_file() else None
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, lambda file: file.write(before))
        raise


def numbered(folder: PathLike, pattern: str) -> dict[tuple[int, ...], Path]:
    """The files of a folder that are called by numbers, in the order of these.

    Args:
        folder: path; one that is not there has none.
        pattern: str, with a `*` for each number: `"epoch_*_step_*.png"`. As text,
            10000 would come before 2000.
    """
    name = re.compile(r"(\d+)".join(map(re.escape, pattern.split("*"))))
    found = {
        tuple(map(int, numbers.groups())): path
        for path in Path(folder).glob(pattern)
        if (numbers := name.fullmatch(path.name))
    }
    return dict(sorted(found.items()))


def sha256(path: PathLike) -> str:
    """The sha256 of a file, as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_folder() -> Path:
    """The cache: `KERAS_GAN_ZOO_CACHE`, or `keras_gan_zoo` in Keras' own folder."""
    folder = os.environ.get("KERAS_GAN_ZOO_CACHE")
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return Path(folder or Path(home, "keras_gan_zoo")).expanduser()
