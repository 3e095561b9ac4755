"""Lists what lies below a folder: the images, and why the rest are none."""

import os
from typing import Any, NamedTuple

from keras_gan_zoo.datasets.pillow import extensions
from keras_gan_zoo.typing import PathLike

HIDDEN, EMPTY = "hidden", "empty folder"
SYSTEM = ("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx")


class File(NamedTuple):
    """A file below a folder.

    Args:
        path: where it is.
        parts: the names from the folder down to it.
        skipped: why it is no image, such as `".txt"` or `"hidden"`; None if it is one.
        label: the class that a metadata file gives it, or None.
    """

    path: str
    parts: tuple[str, ...]
    skipped: str | None = None
    label: Any = None

    def below(self) -> "File":
        """The same file, seen from the sub-folder that it is in."""
        return self._replace(parts=self.parts[1:])


def list_files(folder: PathLike) -> list[File]:
    """All files below a folder in sorted order, symbolic links followed.

    A folder that holds nothing, is hidden, or leads back to one that was read is an
    entry too. Within a sub-folder of `folder` each folder is read once.
    """
    endings = extensions()
    known = {os.path.realpath(folder)}
    return list(_walk(os.fspath(folder), (), known, endings))


def _walk(folder, parts, known, endings):
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    if not entries and parts:
        yield File(folder, parts, EMPTY)
    for entry in entries:
        names = (*parts, entry.name)
        if entry.name.startswith(".") or entry.name.lower() in SYSTEM:
            yield File(entry.path, names, HIDDEN)
        elif not _leads_to(entry, os.path.isdir, entry.is_dir):
            yield File(entry.path, names, _why_no_image(entry, endings))
        elif (place := os.path.realpath(entry.path)) in known:
            yield File(entry.path, names, "link to a folder that was read")
        else:
            # Two classes may share a folder by links; a class may not hold it twice.
            seen = known if parts else set(known)
            seen.add(place)
            yield from _walk(entry.path, names, seen, endings)


def _leads_to(entry, follow, look):
    """Ask about an entry; one that is no link is known without another look at it."""
    return follow(entry.path) if entry.is_symlink() else look()


def _why_no_image(entry, endings):
    ending = os.path.splitext(entry.name)[1].lower()
    if _leads_to(entry, os.path.isfile, entry.is_file):
        return None if ending in endings else ending or "without an ending"
    if os.path.exists(entry.path):
        return "no regular file"
    # A missing image is an error as a damaged one is; anything else is only missed.
    return None if ending in endings else "broken link"
