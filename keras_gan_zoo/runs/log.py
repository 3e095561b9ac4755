"""`log.csv`, whose columns may change when a run goes on."""

import csv
import io
from typing import Any

import keras

from keras_gan_zoo.files import write_text


class Log(keras.callbacks.CSVLogger):
    """Keras' `CSVLogger`, which goes on with a file of other columns too.

    The columns that are there stay, new ones follow; what a row lacks is `NA`.

    Args:
        filename: path of the file; rows are added to one that exists.
    """

    def __init__(self, filename: Any) -> None:
        super().__init__(filename, append=True)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.writer is None and not self.append_header:
            self._widen(logs or {})
        super().on_epoch_end(epoch, logs)

    def _widen(self, logs):
        with open(self.filename, newline="") as file:
            reader = csv.DictReader(file)
            rows, before = list(reader), list(reader.fieldnames or ["epoch"])
        new = sorted(set(logs) - set(before))
        self.keys = [*before[1:], *new]
        if new:
            text = io.StringIO()
            writer = csv.DictWriter(text, [*before, *new], restval="NA")
            writer.writeheader()
            writer.writerows(rows)
            write_text(self.filename, text.getvalue())
            self.csv_file.close()
            self.csv_file = open(self.filename, "a")  # noqa: SIM115  # Keras closes it
