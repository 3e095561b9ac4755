"""Ctrl-C and SIGTERM end a run between two steps."""

import contextlib
import os
import signal
import threading
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SOON = b"\nStopping after this step; again to stop at once.\n"


class Interruption:
    """Within this context, `asked` says whether a signal wants the run to end.

    Only in the main thread, and only signals that would end the process. It handles
    one; the next does what it did before.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                before = signal.getsignal(number)
                # None was not set by Python, and nohup and shells ignore on purpose.
                if before not in (None, signal.SIG_IGN):
                    self._before[number] = before
                    signal.signal(number, self._handle)
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self._step_aside()

    def _handle(self, number, frame):
        self.asked = True
        self._step_aside()
        with contextlib.suppress(OSError):
            os.write(2, SOON)  # unlike `print`, safe in a handler

    def _step_aside(self):
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before.clear()
