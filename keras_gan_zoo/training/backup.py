"""Backups of a run, which a stop at any moment leaves whole.

A backup is one file of weights, optimizers, random states and position, written beside
the last one, synced and renamed. The two newest are kept, under Keras' own names.
"""

import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.backend.keras_internals import BackupHooks
from keras_gan_zoo.files import sync, write_json
from keras_gan_zoo.typing import PathLike

LATEST, PREVIOUS = "latest.weights.h5", "latest.weights.h5.bkp"
PARTIAL = "partial.weights.h5"
METADATA = "training_metadata.json"  # for Keras, whose weights files have no position

MIDWAY = (
    "`BackupAndRestore(save_freq={freq})` saves in the middle of an epoch, and a run "
    "that is resumed from there starts that epoch anew: it is not the run that an "
    'uninterrupted one would have been. `save_freq="epoch"` resumes exactly.'
)


class BackupAndRestore(BackupHooks):
    """Keras' `BackupAndRestore`, whose backups a stop at any moment leaves whole.

    `GAN.fit` uses it wherever it is given Keras' own. A run that is started again with
    the same arguments goes on after its last whole epoch, and ends with the weights of
    one that was not interrupted, to the bit. A backup whose weights are not finite is
    not made. If the newest file is broken or missing, the one before it is used.

    Args:
        backup_dir: path of a local folder, for this run alone.
        save_freq: `"epoch"`, or steps from one backup to the next. Such a run is not
            resumed exactly, which a warning says.
        double_checkpoint: ignored, since two backups are always kept.
        delete_checkpoint: bool: delete the folder when training has finished.

    Raises:
        ValueError: when training begins, if there are backups and none can be read.

    Example:

    ```python
    backup = keras_gan_zoo.callbacks.BackupAndRestore("backup")
    gan.fit(images, epochs=20, callbacks=[backup])
    ```
    """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self.save_freq != "epoch":
            warnings.warn(MIDWAY.format(freq=self.save_freq), stacklevel=2)
        super().on_train_begin(logs)

    def save(self, epoch: int, steps: int) -> None:
        save(self.model, self.backup_dir, epoch, steps)

    def restore(self) -> int | None:
        return restore(self.model, self.backup_dir)


def safe(callback: Any) -> Any:
    """The same callback, or for Keras' `BackupAndRestore` one that shares its state."""
    if type(callback) is not keras.callbacks.BackupAndRestore:
        return callback
    if "://" in str(callback.backup_dir):  # files elsewhere can't be renamed
        return callback
    own = BackupAndRestore.__new__(BackupAndRestore)
    own.__dict__ = callback.__dict__
    return own


def save(model: Any, folder: PathLike, epoch: int, steps: int = 0) -> bool:
    """Back up a model that has trained for whole `epoch`s, and `steps` of the next one.

    Returns:
        bool: False if its weights are not finite, and the last backup was left alone.
    """
    folder = Path(folder)
    if not _is_finite(model):
        warnings.warn(
            f"Weights are NaN or infinite after {epoch} epochs, so that no backup was "
            f"made of them. The last one stays in {str(folder)!r}.",
            stacklevel=2,
        )
        return False
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / PARTIAL
    try:
        model.save_weights(partial)
        _sign(partial, epoch=epoch, steps=steps)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    for name in (LATEST, METADATA):
        if (folder / name).exists():
            os.replace(folder / name, folder / f"{name}.bkp")
    os.replace(partial, folder / LATEST)
    sync(folder)
    write_json(folder / METADATA, {"epoch": epoch, "batch": max(steps - 1, 0)})
    return True


def restore(model: Any, folder: PathLike) -> int | None:
    """Load the newest whole backup into a model.

    Returns:
        int, the epochs that it had done, or None if there is no backup.

    Raises:
        ValueError: there are backups, and none can be read.
    """
    folder = Path(folder)
    found, position = _newest(folder)
    if position is None:
        return None
    if found == PREVIOUS:  # or the next backup would push it out for a broken one
        for name in (LATEST, METADATA):
            if (folder / f"{name}.bkp").exists():
                os.replace(folder / f"{name}.bkp", folder / name)
    model.load_weights(folder / LATEST)
    epoch, steps = position
    if steps:
        warnings.warn(
            f"The backup in {str(folder)!r} was made in epoch {epoch + 1}, after "
            f"{steps} steps. That epoch starts anew.",
            stacklevel=2,
        )
    return epoch


def epochs_done(folder: PathLike) -> int:
    """How many whole epochs the newest whole backup in a folder has; 0 without one.

    Raises:
        ValueError: there are backups, and none can be read.
    """
    _, position = _newest(Path(folder))
    return 0 if position is None else position[0]


def _newest(folder):
    """The name of the newest whole backup and its position, or two Nones."""
    faults = []
    for name in (LATEST, PREVIOUS):
        if not (folder / name).is_file():
            continue
        try:
            position = _position(folder, name)
        except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
            faults.append(f"{name}: {error}")
            continue
        if faults:
            warnings.warn(
                f"The newest backup in {str(folder)!r} is broken, so that training "
                f"goes on from the one before it, after {position[0]} epochs. "
                f"Received: {faults[0]}",
                stacklevel=3,
            )
        return name, position
    if faults:
        raise ValueError(
            f"No backup in {str(folder)!r} can be read. Delete the folder to start "
            f"anew. Received: {'; '.join(faults)}"
        )
    return None, None


def _position(folder, name):
    """Epochs and steps of a backup, if the file holds what was written."""
    import h5py

    with h5py.File(folder / name, "r") as file:
        digest = _digest(file)
        if "sha256" in file.attrs:
            if file.attrs["sha256"] != digest:
                raise ValueError("its content is not what was written")
            return int(file.attrs["epoch"]), int(file.attrs["steps"])
    # Keras' own: its position is in another file
    metadata = name.replace(LATEST, METADATA)
    found = json.loads((folder / metadata).read_text())
    return int(found["epoch"]), int(found["batch"])


def _sign(path, **position):
    """Write the position and a digest of all arrays into a weights file."""
    import h5py

    with h5py.File(path, "r+") as file:
        file.attrs.update(position, sha256=_digest(file))
    sync(path)


def _digest(file):
    """The sha256 of all arrays in an HDF5 file, with their names."""
    import h5py

    digest = hashlib.sha256()

    def add(name, item):
        if isinstance(item, h5py.Dataset):
            values = np.asarray(item[()])
            digest.update(f"{name} {values.dtype} {values.shape}".encode())
            digest.update(np.ascontiguousarray(values).tobytes())

    file.visititems(add)
    return digest.hexdigest()


def _is_finite(model):
    return all(
        np.isfinite(keras.ops.convert_to_numpy(weight)).all()
        for weight in model.weights
        if keras.backend.is_float_dtype(weight.dtype)
    )
