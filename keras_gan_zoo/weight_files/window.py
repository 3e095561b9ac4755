"""A stretch of a file, of which a piece is read when it is asked for."""

import io
import threading
from typing import Any

MAX_RATIO = 16  # of the bytes that a file declares to those that it has
SMALL = 1 << 26  # bytes that it may declare in any case


class KeptFile(io.BufferedReader):
    """An open file that is closed when nothing needs it any longer."""

    def __del__(self):
        self.close()


class Window:
    """Bytes of an open file, from `start` on; all of them if no `size` is given.

    The file stays open as long as anything needs it.
    """

    def __init__(
        self,
        file: io.BytesIO | io.BufferedReader,
        start: int = 0,
        size: int | None = None,
    ) -> None:
        self.file, self.start = file, start
        self.size = file.seek(0, 2) - start if size is None else size
        self._lock = threading.Lock()

    def read(self, start: int, count: int) -> bytearray:
        """Read `count` bytes from `start` on: all of them, or it is a `ValueError`."""
        self._check(start, count)
        data = bytearray(count)
        with self._lock:
            self.file.seek(self.start + start)
            got = self.file.readinto(data)
        if got != count:
            raise ValueError(f"it ends after {start + got} bytes")
        return data

    def part(self, start: int, count: int) -> "Window":
        """A window on a part, of which nothing is read yet."""
        self._check(start, count)
        part = Window(self.file, self.start + start, count)
        part._lock = self._lock
        return part

    def check_total(self, declared: int) -> None:
        """Check how many bytes are declared against how many are there."""
        if declared > max(SMALL, MAX_RATIO * self.size):
            raise ValueError(f"it declares {declared} bytes and has {self.size}")

    def _check(self, start, count):
        if not (start >= 0 and count >= 0 and start + count <= self.size):
            raise ValueError(
                f"it ends early: {count} bytes are missing from byte {start} of "
                f"{self.size} on"
            )


def as_window(data: Any) -> Window:
    """A window on bytes in memory; a window stays as it is."""
    return data if isinstance(data, Window) else Window(io.BytesIO(data))
