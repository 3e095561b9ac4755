"""`BackupAndRestore`, with which an interrupted `fit` goes on where it was."""

import functools
import re
import time
import warnings
from typing import Any

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.backend.keras_internals import BackupHooks
from keras_gan_zoo.files import path_of
from keras_gan_zoo.training import backup, callback_states
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike

UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600}
ANEW = (
    "The backup in {folder!r} was made in epoch {epoch}, after {steps} steps{of}. "
    "{why} That epoch starts anew."
)


class BackupAndRestore(BackupHooks):
    """Keras' `BackupAndRestore`, with which a run goes on as if nothing had happened.

    `GAN.fit` uses it wherever it is given Keras' own. A run that is started again with
    the same arguments goes on at the step after the last backup, and ends with the
    weights, the logs and the `History` of one that was not interrupted, to the bit.
    There is a backup at the end of each epoch, within epochs as often as `save_freq`
    says, and at Ctrl-C or SIGTERM, which end the run after the current step.

    A stop at any moment leaves the last backup whole, and so does a full disk. Weights
    that are not finite are not backed up. If the newest file is broken or missing, the
    one before it is used. What other callbacks have seen goes with it: the best value
    and the patience of Keras' own, and the state of any that has `get_state()`, a dict
    ready for JSON, and `set_state(state)`. Within the epoch that a run resumes,
    `on_epoch_begin` has the steps that were done as `logs["resumed_at"]`.

    Sources: arrays, folders and a `PyDataset` begin at the position at once; a
    `tf.data.Dataset`, a `DataLoader` and other iterables are read over up to it, and
    must give the same batches again; a generator with `steps_per_epoch` can't be
    rewound, so that training goes on with its next batches, which a warning says.

    Args:
        backup_dir: path of a local folder, for this run alone.
        save_freq: `"epoch"`; or steps from one backup to the next; or a time such as
            `"10min"`, `"90s"`, `"2h"`.
        double_checkpoint: ignored: see `keep`.
        delete_checkpoint: bool: delete the folder when training has finished.
        keep: int, how many backups stay. To keep the best weights, by a score in the
            logs, list Keras' `ModelCheckpoint(..., save_best_only=True)` too.

    Raises:
        ValueError: when training begins, if there are backups and none can be read.
        OSError: a backup can't be written, for example to a full disk.
        KeyboardInterrupt: at Ctrl-C or SIGTERM; its text says what is kept.

    Example:

    ```python
    backup = keras_gan_zoo.callbacks.BackupAndRestore("backup", save_freq="10min")
    gan.fit(images, epochs=20, callbacks=[backup])
    ```
    """

    keep = 2
    # Of the `fit` in which it is; not of a callback that is Keras' own.
    order: Any = None
    interruption: Any = None
    others: Any = ()
    _found: Any = None

    def __init__(
        self,
        backup_dir: PathLike,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
        keep: int = 2,
    ) -> None:
        super().__init__(
            path_of(backup_dir), "epoch", double_checkpoint, delete_checkpoint
        )
        frequency(save_freq)
        self.save_freq = save_freq
        self.keep = check_count("keep", keep)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        backup.check_room(self.model, self.backup_dir)
        self._kept, self._place = (0, 0), "before the first epoch"
        self._saved_at, self._unsaved, self._last = time.monotonic(), 0, 0
        super().on_train_begin(logs)

    def restore(self) -> int | None:
        found = backup.newest(self.backup_dir, move=True) if is_first() else None
        backend.any_process(False)  # the others look when all is in its place
        found = self._found = found or backup.newest(self.backup_dir)
        if found is None:
            return None
        backup.load(self.model, found)
        optimizer = self.model.optimizer
        if hasattr(optimizer, "rate_ratio"):
            optimizer.rate_ratio = found.facts.get("rate_ratio", optimizer.rate_ratio)
        states = found.facts.get("callbacks", {})
        callback_states.give_back(self.others, states, found.arrays)
        self._kept = found.epoch, found.steps
        self._place = f"before epoch {found.epoch + 1}"
        if found.steps and (why := self._why_not(found)):
            of = found.facts.get("steps_per_epoch")
            where = {"folder": str(self.backup_dir), "epoch": found.epoch + 1}
            of = f" of {of}" if of else ""
            text = ANEW.format(**where, steps=found.steps, of=of, why=why)
            warnings.warn(text, stacklevel=2)
            self._found = found._replace(steps=0)
        if self.order is not None:
            self.order.begin_at(found.epoch, self._found.steps)
        return found.epoch

    def _why_not(self, found):
        """Why a run can't go on at a step within its epoch, or None."""
        if self.order is None:
            return "Only a GAN's `fit` begins within an epoch."
        if not found.facts:
            return "It has no running means, as an earlier version or Keras made it."
        now, before = self.order.batches.num_batches, found.facts["steps_per_epoch"]
        if now != before:
            return f"Epochs have {now or 'an unknown number of'} steps now."
        if found.steps % self.model.steps_per_execution:
            several = f"steps_per_execution={self.model.steps_per_execution}"
            return f"That is no multiple of `{several}`."
        return None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_begin(epoch, logs)
        found, self._found, self._last = self._found, None, 0
        if found is not None:
            self._fill_history(found)
            if found.steps:  # again, after all that callbacks do at an epoch's begin
                backup.load(self.model, found)
                self._last = found.steps
        self._place = f"in epoch {epoch + 1}, after step {self._last}"

    def is_due(self, steps: int) -> bool:
        self._place = f"in epoch {self._current_epoch + 1}, after step {steps}"
        self._unsaved += steps - self._last
        self._last = steps
        if self.order is not None and self.order.batches.is_last(steps):
            return False  # the end of the epoch has its own
        every, seconds = frequency(self.save_freq)
        return bool(
            self._is_asked()
            or (every and self._unsaved >= every)
            or (seconds and time.monotonic() - self._saved_at >= seconds)
        )

    def save(self, epoch: int, steps: int, logs: dict[str, Any] | None = None) -> None:
        states, arrays = callback_states.collect(self.others)
        facts = {
            "steps_per_epoch": self.order and self.order.batches.num_batches,
            "rate_ratio": getattr(self.model.optimizer, "rate_ratio", None),
            "history": self._history(epoch - 1, logs),
            "callbacks": states,
        }
        position = {"epoch": epoch, "steps": steps, "keep": self.keep}
        if backup.save(
            self.model, self.backup_dir, **position, facts=facts, arrays=arrays
        ):
            self._kept = epoch, steps
        self._saved_at, self._unsaved = time.monotonic(), 0

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        super().on_train_batch_end(batch, logs)
        # Keras swallows what is raised while it converts logs on JAX: hence only here.
        if self._is_asked() and not self.order.batches.is_last(batch + 1):
            raise KeyboardInterrupt(self.text())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._current_epoch, self._place = epoch + 1, f"after epoch {epoch + 1}"
        self.save(epoch + 1, 0, logs)
        if self._is_asked():
            raise KeyboardInterrupt(self.text())

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if is_first():
            super().on_train_end(logs)

    def _is_asked(self):
        # Processes stop together, or the others would wait for the next step's sum.
        if self.interruption is None:
            return False
        return backend.any_process(self.interruption.asked)

    def text(self) -> str:
        """Where a run was interrupted, what of it is kept, and how to go on."""
        epoch, steps = self._kept
        parts = [f"Epochs 1-{epoch}"] if epoch > 1 else ["Epoch 1"] * epoch
        if steps:
            parts.append(f"{steps} step{'s' * (steps > 1)} of epoch {epoch + 1}")
        kept = "Nothing is kept; the same command starts anew."
        if parts:
            several = "is" if parts in (["Epoch 1"], ["1 step of epoch 1"]) else "are"
            kept = f"{' and '.join(parts)} {several} kept; the same command goes on."
        return f"Interrupted {self._place}. {kept}"

    # === History ===

    def _history(self, epoch, logs):
        """Keras' `History` so far, with an epoch that it will only hear of."""
        found = getattr(self.model, "history", None)
        epochs = list(getattr(found, "epoch", ()))
        values = {k: list(v) for k, v in getattr(found, "history", {}).items()}
        if logs is not None and epoch not in epochs:
            epochs.append(epoch)
            for key, value in logs.items():
                values.setdefault(key, []).append(value)
        return {"epoch": epochs, "logs": values}

    def _fill_history(self, found):
        history, before = getattr(self.model, "history", None), found.facts
        if isinstance(history, keras.callbacks.History) and not history.history:
            before = before.get("history", {"epoch": [], "logs": {}})
            history.epoch[:0] = before["epoch"]
            history.history.update(before["logs"])


@functools.lru_cache(typed=True)  # or True is 1
def frequency(save_freq: Any) -> tuple[int | None, float | None]:
    """Steps and seconds from one backup to the next; None for each that is not meant.

    Raises:
        ValueError: it is neither `"epoch"`, nor steps, nor a time.

    Example:

    >>> frequency("epoch"), frequency(500), frequency("10min")
    ((None, None), (500, None), (None, 600.0))
    """
    if save_freq == "epoch" or save_freq is False:
        return None, None
    text = str(save_freq).strip()
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *(s|sec|min|h)?", text)
    if match and float(match[1]) > 0 and not isinstance(save_freq, bool):
        if match[2]:
            return None, float(match[1]) * UNITS[match[2]]
        if match[1].isdigit():
            return int(match[1]), None
    raise ValueError(
        '`save_freq` must be "epoch", a number of steps such as 500, or a time such as '
        f'"10min", "90s" or "2h". Received: save_freq={save_freq!r}'
    )


def safe(callback: Any) -> Any:
    """The same callback, or for Keras' `BackupAndRestore` one that shares its state."""
    if type(callback) is not keras.callbacks.BackupAndRestore:
        return callback
    if "://" in str(callback.backup_dir):  # files elsewhere can't be renamed
        return callback
    own = BackupAndRestore.__new__(BackupAndRestore)
    own.__dict__ = callback.__dict__
    return own
