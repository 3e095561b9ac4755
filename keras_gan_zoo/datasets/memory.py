"""Whether images fit into memory or on a disk, asked before work is put into them."""

import os
import re
import shutil
from pathlib import Path

import numpy as np

from keras_gan_zoo.typing import ImageShape, PathLike

GIB = 2**30
CONTROL_GROUPS = {  # the files with the limit and the use of version 2, and of 1
    "": ("memory.max", "memory.current"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes"),
}
INACTIVE = re.compile(r"^inactive_file (\d+)", re.MULTILINE)


def empty_images(count: int, shape: ImageShape) -> np.ndarray:
    """An uint8 array for `count` images of `shape`.

    Raises:
        MemoryError: it would not fit; a system that lends more than it has would end
            the process later, without a word.
    """
    need, free = count * int(np.prod(shape)), free_memory()
    try:
        if free is not None and need > free:
            raise MemoryError
        return np.empty((count, *shape), "uint8")
    except MemoryError:
        size = "x".join(map(str, shape))
        known = "" if free is None else f", {free / GIB:.3g} GiB are free"
        raise MemoryError(
            f"{count:,} images {size} need {need / GIB:.3g} GiB{known}. Resize them, "
            'take fewer ("./faces:train[:1000]"), or pass a data set that reads them '
            "batch by batch: tf.data, PyDataset, a torch DataLoader."
        ) from None


def check_disk(folder: PathLike, need: float, what: str, instead: str) -> None:
    """Raise an error if files would not fit, before hours of work are put into them.

    Args:
        folder: where they go; it need not exist yet.
        need: number of bytes.
        what, instead: what needs them, and what to do instead, for the error.

    Raises:
        OSError: the disk has less free.
    """
    place = Path(folder).absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if need > free:
        raise OSError(
            f"{what} need {need / GIB:.3g} GiB on disk, {free / GIB:.3g} GiB are free "
            f"at {str(folder)!r}. {instead}"
        )


def free_memory() -> int | None:
    """The bytes that this process may still take; None where the system won't tell."""
    known = [free for free in (_of_machine(), *_of_containers()) if free is not None]
    return min(known, default=None)


def _of_machine():
    try:
        text = Path("/proc/meminfo").read_text()
        return 1024 * int(re.search(r"MemAvailable:\s*(\d+) kB", text)[1])
    except (OSError, TypeError):
        pass
    try:  # macOS tells what there is, not what is free
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _of_containers(root="/sys/fs/cgroup", own="/proc/self/cgroup"):
    """What the limits of this process's control groups, of either version, leave."""
    try:
        lines = Path(own).read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, kind, path = line.split(":", 2)
        if kind in CONTROL_GROUPS:
            folder = Path(root, kind, path.lstrip("/"))
            for group in (folder, *folder.parents):
                yield _of_container(group, *CONTROL_GROUPS[kind])


def _of_container(group, limit, used):
    try:
        left = int((group / limit).read_text()) - int((group / used).read_text())
        # What was read from files is given back when memory is short.
        cached = INACTIVE.search((group / "memory.stat").read_text())
    except (OSError, ValueError):  # not a group, or one without a limit: "max"
        return None
    return max(left + (int(cached[1]) if cached else 0), 0)
