"""Backups of a run, which a stop at any moment leaves whole.

A backup is one file of weights, optimizers, random states, the epoch's running means
and the position, written beside the last one, synced and renamed. The two newest have
Keras' own names; older ones are named after their position.
"""

import contextlib
import hashlib
import json
import math
import os
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_gan_zoo.files import numbered, sync, write_json
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike

LATEST, PREVIOUS = "latest.weights.h5", "latest.weights.h5.bkp"
OLDER = "epoch_{epoch:04d}_step_{steps:06d}.weights.h5"
PARTIAL = "partial.weights.h5"
METADATA = "training_metadata.json"  # for Keras, whose weights files have no position
RUN, METRICS, ARRAYS = "run/facts", "run/metrics", "run/arrays"


class Backup(NamedTuple):
    """A backup that can be read: its file, its position, and what callbacks knew."""

    path: Path
    epoch: int
    steps: int
    facts: dict[str, Any]  # empty in files of Keras and of version 0.2
    arrays: dict[str, list[np.ndarray]]


def save(
    model: Any,
    folder: PathLike,
    epoch: int,
    steps: int = 0,
    keep: int = 2,
    facts: dict[str, Any] | None = None,
    arrays: dict[str, list[np.ndarray]] | None = None,
) -> bool:
    """Back up a model that has trained for whole `epoch`s, and `steps` of the next one.

    Args:
        model: a built Keras model.
        folder: path; created if missing.
        epoch, steps: ints, the position.
        keep: int, how many backups stay, this one included.
        facts: dict, ready for JSON: what else the run needs to go on.
        arrays: dict of lists of arrays, likewise.

    Returns:
        bool: False if its weights are not finite, and the last backup was left alone.

    Raises:
        OSError: it can't be written, for example to a full disk. The backups that were
            there are whole.
    """
    folder = Path(folder)
    if not _is_finite(model):
        warnings.warn(
            f"Weights are NaN or infinite after {epoch} epochs and {steps} steps, so "
            "that no backup was made of them. The last one stays in "
            f"{str(folder)!r}.",
            stacklevel=2,
        )
        return False
    if not is_first():
        return True
    partial = folder / PARTIAL
    try:
        _reserve(folder, _size(model))
        model.save_weights(partial)
        _add(partial, model, facts or {}, arrays or {}, epoch=epoch, steps=steps)
        sync(partial)
        _make_room(folder, keep)
        os.replace(partial, folder / LATEST)
        sync(folder)
        write_json(folder / METADATA, {"epoch": epoch, "batch": max(steps - 1, 0)})
    except BaseException as error:
        if isinstance(error, (OSError, RuntimeError)):  # HDF5 has both for a full disk
            raise _unwritten(folder, error) from error
        raise
    finally:
        _remove(partial)
    return True


def _unwritten(folder, error):
    kept = "There is none yet"
    try:
        found = newest(folder)
        if found is not None:
            kept = f"The last one is whole: epoch {found.epoch}, step {found.steps}"
    except (OSError, ValueError):
        pass
    return OSError(
        getattr(error, "errno", None),
        f"The backup could not be written. {kept}. Free some space, or let the folder "
        f"be written to; the same command then goes on. Received: {str(folder)!r}: "
        f"{error}",
    )


def _remove(path):
    with contextlib.suppress(OSError):  # the next save writes over it
        path.unlink(missing_ok=True)


def check_room(model: Any, folder: PathLike) -> None:
    """Raise an `OSError` if a backup could not be written; creates the folder."""
    if not is_first():
        return
    try:
        _reserve(Path(folder), _size(model))
    except OSError as error:
        raise _unwritten(Path(folder), error) from error


def _reserve(folder, size):
    """Raise an `OSError` if there is no room for a file of so many bytes.

    HDF5 notices in the middle of a file, which it then can't close.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".{PARTIAL}"
    try:
        with path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
    finally:
        _remove(path)


def _size(model):
    """Bytes of a backup, or somewhat more."""
    variables = [*model.variables, *getattr(model.optimizer, "variables", ())]
    widths = [8 if "64" in str(v.dtype) else 4 for v in variables]
    arrays = sum(
        width * math.prod(v.shape) for width, v in zip(widths, variables, strict=True)
    )
    return arrays + 2048 * len(variables) + 2**16


def _make_room(folder, keep):
    """Give the newest backup the name of the one before it, and remove the oldest."""
    if keep > 2 and (folder / PREVIOUS).exists():
        try:
            found = _read(folder / PREVIOUS)
        except FAULTS:
            pass
        else:
            name = OLDER.format(epoch=found.epoch, steps=found.steps)
            os.replace(folder / PREVIOUS, folder / name)
    for name in (LATEST, METADATA):
        if keep > 1 and (folder / name).exists():
            os.replace(folder / name, folder / f"{name}.bkp")
        elif keep == 1:
            (folder / f"{name}.bkp").unlink(missing_ok=True)
    for path in _older(folder)[max(keep - 2, 0) :]:
        path.unlink()


def _older(folder):
    """The files of older backups, the newest of them first."""
    return [*numbered(folder, "epoch_*_step_*.weights.h5").values()][::-1]


# === Reading ===


def restore(model: Any, folder: PathLike) -> int | None:
    """Load the newest whole backup into a model.

    Returns:
        int, the whole epochs that it had done, or None if there is no backup.

    Raises:
        ValueError: there are backups, and none can be read.
    """
    found = newest(folder, move=True)
    if found is None:
        return None
    load(model, found)
    return found.epoch


def load(model: Any, found: Backup) -> None:
    """Load a backup into a model, with the running means of its epoch."""
    import h5py

    model.load_weights(found.path)
    with h5py.File(found.path) as file:
        for variable in model.metrics_variables:
            if f"{METRICS}/{variable.path}" in file:
                variable.assign(file[f"{METRICS}/{variable.path}"][()])


def epochs_done(folder: PathLike) -> int:
    """How many whole epochs the newest whole backup in a folder has; 0 without one.

    Raises:
        ValueError: there are backups, and none can be read.
    """
    found = newest(folder)
    return 0 if found is None else found.epoch


FAULTS = (OSError, ValueError, KeyError, RuntimeError, TypeError)


def newest(folder: PathLike, move: bool = False) -> Backup | None:
    """The newest whole backup in a folder, or None if there is none.

    Args:
        folder: path.
        move: bool: if newer ones are broken, rename it over the newest of them, or the
            next backup would push it out for a broken one.

    Raises:
        ValueError: there are backups, and none can be read.
    """
    folder, faults = Path(folder), []
    for path in (folder / LATEST, folder / PREVIOUS, *_older(folder)):
        if not path.is_file():
            continue
        try:
            found = _read(path)
        except FAULTS as error:
            faults.append(f"{path.name}: {error}")
            continue
        if faults:
            warnings.warn(
                f"The newest backup in {str(folder)!r} is broken, so that training "
                f"goes on from the one before it, after {found.epoch} epochs. "
                f"Received: {faults[0]}",
                stacklevel=3,
            )
        if move and path.name != LATEST:
            os.replace(path, folder / LATEST)
            if path.name == PREVIOUS and (folder / f"{METADATA}.bkp").exists():
                os.replace(folder / f"{METADATA}.bkp", folder / METADATA)
            found = found._replace(path=folder / LATEST)
        return found
    if faults:
        raise ValueError(
            f"No backup in {str(folder)!r} can be read. Delete the folder to start "
            f"anew. Received: {'; '.join(faults)}"
        )
    return None


def _read(path):
    """What a backup says of itself, if the file holds what was written."""
    import h5py

    with h5py.File(path, "r") as file:
        digest = _digest(file)
        if "sha256" in file.attrs:
            if file.attrs["sha256"] != digest:
                raise ValueError("its content is not what was written")
            facts, arrays = {}, {}
            if RUN in file:
                facts = json.loads(file[RUN][()].tobytes())
            for name, group in file.get(ARRAYS, {}).items():
                arrays[name] = [group[str(i)][()] for i in range(len(group))]
            position = int(file.attrs["epoch"]), int(file.attrs["steps"])
            return Backup(path, *position, facts, arrays)
    # Keras' own: its position is in another file
    metadata = path.with_name(path.name.replace(LATEST, METADATA))
    found = json.loads(metadata.read_text())
    return Backup(path, int(found["epoch"]), int(found["batch"]), {}, {})


# === What is in a file ===


def _add(path, model, facts, arrays, **position):
    """Write all but the weights into their file, and a digest of everything."""
    import h5py

    with h5py.File(path, "r+") as file:
        text = json.dumps(facts, default=float).encode()
        file[RUN] = np.frombuffer(text, "uint8")
        for variable in model.metrics_variables:
            value = keras.ops.convert_to_numpy(variable)
            file[f"{METRICS}/{variable.path}"] = value
        for name, values in arrays.items():
            for i, value in enumerate(values):
                file[f"{ARRAYS}/{name}/{i}"] = value
        file.attrs.update(position, sha256=_digest(file))


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
