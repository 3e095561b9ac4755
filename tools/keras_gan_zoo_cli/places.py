"""Where a command writes: looked at before the work, which can take hours."""

import os
from pathlib import Path

import typer


def path(text: str | Path) -> Path:
    """An option's text as a path: `~` is the home folder, also in `--out=~/run`.

    Raises:
        typer.BadParameter: it is empty, as an unset variable of a shell is.

    Example:

    >>> path("~/run").parent == Path.home()
    True
    """
    if not str(text):
        raise typer.BadParameter(
            "must not be empty; '.' is the folder that you are in. Received: ''"
        )
    return Path(os.path.expanduser(text))


def check_place(path: Path, option: str = "--out", folder: bool = False) -> None:
    """Refuse what could not be written once the work is done.

    Args:
        path: of a file, or of a folder to write into; what is missing is created then.
        option: which one the path is from.
        folder: whether it is a folder.

    Raises:
        typer.BadParameter: something else is in its place, or its nearest folder is a
            file or can't be written to.
    """
    if path.exists() and path.is_dir() != folder:
        wanted, there = ("folder", "file") if folder else ("file", "folder")
        raise typer.BadParameter(
            f"must be a {wanted}, such as {path.with_stem(path.stem + '-2')}. "
            f"Received: {path}, a {there}.",
            param_hint=option,
        )
    above = path.absolute().parents  # a file that is there is replaced by a new one
    place = next(p for p in (path, *above) if p.exists() and (folder or p != path))
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        why = "can't be written to" if place.is_dir() else "is a file"
        raise typer.BadParameter(
            f"must be in a folder that can be written to, such as ./{path.name}. "
            f"Received: {path}, and {place} {why}.",
            param_hint=option,
        )
