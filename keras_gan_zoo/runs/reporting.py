"""Keeps the time and the memory of a run, and ends it with a report."""

import datetime
import shlex
import time
import warnings
from typing import Any, Self

import keras

from keras_gan_zoo import machine
from keras_gan_zoo.callbacks.progress_bar import images_seen
from keras_gan_zoo.files import path_of, write_json
from keras_gan_zoo.runs.folder import SESSIONS, rows
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike


class Reporting(keras.callbacks.Callback):
    """Adds a row to `sessions.json`, and writes the report however the training ends.

    A context manager around `fit`, to which it is also given as the last callback. The
    row tells the time, the images, the memory and the machine of this start of the run;
    it is written after each epoch, so that a run that is killed has one too.

    Args:
        folder: path of the run.
    """

    def __init__(self, folder: PathLike) -> None:
        super().__init__()
        self.folder = path_of(folder)
        self.session: dict[str, Any] | None = None
        self._before: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if self.session is None:
            return
        try:
            self._end(error)
        except Exception as fault:  # never in the way of what is being raised
            warnings.warn(
                f"There is no new report: {type(fault).__name__}: {fault}. Make it by "
                f"`keras-gan-zoo report {shlex.quote(str(self.folder))}`.",
                stacklevel=2,
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.session is not None or not is_first():
            return
        self._before = self._earlier()
        self._start, self._images = time.perf_counter(), images_seen(self.model)
        now = datetime.datetime.now(datetime.UTC)
        self.session = {
            "started": now.isoformat(timespec="seconds"),
            "first_epoch": epoch + 1,
            "epochs": 0,
            "images": 0,
            "seconds": 0.0,
            **machine.facts(),
        }
        self._write()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.session is None:  # another process writes
            return
        self.session["epochs"] = epoch + 2 - self.session["first_epoch"]
        images = images_seen(self.model) - self._images
        seconds = max(time.perf_counter() - self._start, 1e-9)
        self.session["images"] = images
        self.session["images_per_second"] = round(images / seconds, 1)
        self._write()

    def _end(self, error):
        from keras_gan_zoo.runs.report import write_report

        if error is None:
            self.session["ended"] = "finished"
        else:
            stopped = isinstance(error, KeyboardInterrupt)
            self.session["ended"] = "interrupted" if stopped else "failed"
            self.session["said"] = str(error) or type(error).__name__
        self._write()
        write_report(self.folder)

    def _earlier(self):
        """The rows of earlier starts; a broken file keeps no one from training."""
        try:
            return rows(self.folder / SESSIONS)
        except ValueError as error:
            warnings.warn(f"{error}. It is begun anew.", stacklevel=2)
            return []

    def _write(self):
        self.session["seconds"] = round(time.perf_counter() - self._start, 3)
        self.session["peak_memory"] = machine.peak_memory()
        self.session["peak_device_memory"] = machine.peak_device_memory()
        write_json(self.folder / SESSIONS, [*self._before, self.session])
