"""Ends a run at Ctrl-C or SIGTERM between two steps, and says what is kept."""

import contextlib
import os
import signal
import threading
from typing import Any, Self

import keras

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SOON = b"\nStopping after this step; again to stop at once.\n"


class Interruption(keras.callbacks.Callback):
    """Raises `KeyboardInterrupt` once a step is finished, with what to say to the user.

    A context manager: only inside of it, and only in the main thread, it handles the
    signals. It does so once; the next signal does what it did before. List it last, so
    that the end of an epoch, once begun, is finished and saved.

    Keras swallows an exception that is raised while it converts logs on JAX, hence the
    wait for a callback.

    Args:
        done: int, epochs that are kept already.
    """

    def __init__(self, done: int = 0) -> None:
        super().__init__()
        self._before: dict[int, Any] = {}
        self._stopping = False
        self._place, self._done = f"before epoch {done + 1}", done

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
        if kind is KeyboardInterrupt and not error.args:
            raise KeyboardInterrupt(self.text()) from None

    def text(self) -> str:
        """What was interrupted, what is kept, and how to go on."""
        if self._done == 0:
            kept = "No epoch is kept; the same command starts anew."
        elif self._done == 1:
            kept = "Epoch 1 is kept; the same command goes on."
        else:
            kept = f"Epochs 1-{self._done} are kept; the same command goes on."
        return f"Interrupted {self._place}. {kept}"

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._place, self._done = f"in epoch {epoch + 1}", epoch

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        self._stop_if_asked()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._place, self._done = f"after epoch {epoch + 1}", epoch + 1
        self._stop_if_asked()

    def _stop_if_asked(self):
        if self._stopping:
            raise KeyboardInterrupt(self.text())

    def _handle(self, number, frame):
        self._stopping = True
        self._step_aside()
        with contextlib.suppress(OSError):
            os.write(2, SOON)  # unlike `print`, safe in a handler

    def _step_aside(self):
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before.clear()
