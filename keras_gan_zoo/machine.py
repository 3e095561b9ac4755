"""What a run or a score was computed on: versions, devices, memory."""

import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import Any

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.version import __version__


def versions(*packages: str) -> dict[str, str | None]:
    """The versions of Python, this package, the backend and what else is named.

    Args:
        *packages: names on PyPI; None stands for one that is not installed.
    """
    names = dict.fromkeys(["keras", "numpy", *packages, keras.config.backend()])
    return {
        "python": platform.python_version(),
        "keras_gan_zoo": __version__,
        **{name: _version(name) for name in names},
    }


def cpus() -> int:
    """How many CPU cores this process may use: fewer than there are if it is pinned."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def facts() -> dict[str, Any]:
    """The machine, the backend and its devices, ready for JSON; no names of hosts."""
    devices = [name for name, _ in backend.accelerators()]
    return {
        "backend": keras.config.backend(),
        "devices": devices or ["CPU"],
        "cpus": cpus(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": versions(),
    }


def peak_memory() -> int | None:
    """The most bytes of memory that this process has had, None where nobody knows."""
    status = Path("/proc/self/status")  # `ru_maxrss` would count the parent's, too
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def peak_device_memory() -> int | None:
    """The most bytes that arrays took on all accelerators, None without one."""
    known = [peak for _, peak in backend.accelerators() if peak is not None]
    return sum(known) if known else None


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
