"""The run of a recipe: a folder in which it trains, and resumes if interrupted."""

import contextlib
import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.arguments import check_count
from keras_gan_zoo.callbacks import (
    BackupAndRestore,
    ProgressBar,
    SampleGrid,
    StabilityMonitor,
)
from keras_gan_zoo.datasets.memory import check_disk
from keras_gan_zoo.files import path_of, write_json, write_text, written_beside
from keras_gan_zoo.presets import files
from keras_gan_zoo.recipes import data
from keras_gan_zoo.recipes.build import build, classes_of
from keras_gan_zoo.recipes.checks import check
from keras_gan_zoo.recipes.plain import plain
from keras_gan_zoo.runs import Reporting
from keras_gan_zoo.runs.folder import LOG, MONITOR, SAMPLES
from keras_gan_zoo.runs.log import Log
from keras_gan_zoo.training import backup
from keras_gan_zoo.training.replicas import is_first
from keras_gan_zoo.typing import PathLike

BACKUP, BEST, SNAPSHOTS, GOOD = "backup", "best.weights.h5", "snapshots", "good"
CLASSES = "classes.json"  # those of the data, which labels are numbers of

# A recipe that differs in these is another run; one with more epochs is the same.
IDENTITY = (
    "family",
    "arguments",
    "networks",
    "compile",
    "data",
    "preparation",
    "batch_size",
)


class Snapshots(keras.callbacks.Callback):
    """Save the weights of the averaged generator every `every` epochs.

    Args:
        folder: where the files go; created if missing.
        every: int, epochs between two files. The last epoch is always saved.
    """

    def __init__(self, folder: PathLike, every: int = 1) -> None:
        super().__init__()
        self.folder = path_of(folder)
        self.every = check_count("every", every)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        due = (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]
        if due and is_first():
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"epoch_{epoch + 1:04d}.weights.h5"
            with backend.alone(), written_beside(path) as partial:
                self.model.ema_generator.save_weights(partial)


def epochs_done(folder: PathLike) -> int:
    """How many epochs of the run in `folder` are kept."""
    return backup.epochs_done(path_of(folder) / BACKUP)


def train(
    recipe: dict[str, Any],
    folder: PathLike,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    save_freq: str | int = "epoch",
    keep: int = 2,
    monitor: str | None = None,
    mode: str = "auto",
    data_parallel: bool = False,
    rollback: bool = False,
) -> Any:
    """Train a recipe's model in `folder`; an interrupted run continues.

    Writes the recipe (`recipe.json`), what a folder of images holds (`data.json`), the
    classes that labels mean (`classes.json`), the log (`log.csv`), a grid of samples
    for each epoch (`samples/`), the averaged generator's weights (`snapshots/`), what
    looked wrong (`monitor.json`, see `StabilityMonitor`) and, after each epoch and when
    it is interrupted, all that it takes to go on (`backup/`) there. However it ends, it
    leaves a report (`report.html`, see `write_report`). The same recipe gives the same
    weights, log and samples on one machine and backend, to the bit, however often the
    run was interrupted, and at whichever step. A start that fails before there is
    anything to go on from leaves the folder free for another recipe.

    Args:
        recipe: dict, see `keras_gan_zoo.recipes`; it is kept as `recipes.plain` makes
            it. With more epochs than the run had, training continues from its end. With
            no more, nothing is trained, and the folder stays as it is.
        folder: path of the run's folder; created if missing.
        callbacks: list of additional Keras callbacks. What they put in the logs, as
            `Score` does, is in `log.csv` and in the report.
        verbose: see `keras.Model.fit`.
        save_freq: `"epoch"`, or steps or a time such as `"10min"` from one backup to
            the next: what a run that is killed loses at most. See `BackupAndRestore`.
        keep: int, how many backups stay.
        monitor: str, a name in the logs, such as `"fid"` if `Score` is among the
            callbacks: the model of the epoch that has the best is in
            `best.weights.h5`, for `load_weights`.
        mode: `"min"`, `"max"` or `"auto"`, see `keras.callbacks.ModelCheckpoint`.
        data_parallel: bool: divide each batch among all devices, see
            docs/distributed.md. Processes that torchrun started, or that Keras'
            variables for JAX name, do so anyway; the first one writes all files.
        rollback: bool: when something goes wrong, go on from the last good state, with
            lower learning rates (`good/`).

    Returns:
        The trained GAN.

    Raises:
        ValueError: it is no recipe, or the folder belongs to a run of another, or of
            other classes.
        FloatingPointError: the loss is NaN or infinite.
        RuntimeError: something went wrong again after `StabilityMonitor`'s rollbacks.
        OSError: a file can't be written, and the backups are whole; or, before
            anything is trained, the disk is too small for the run's weights.
        KeyboardInterrupt: Ctrl-C or SIGTERM, after the current step, which is kept, as
            its text says.
    """
    recipe, folder = plain(recipe), path_of(folder)
    check(recipe)
    backups = BackupAndRestore(
        folder / BACKUP, save_freq, delete_checkpoint=False, keep=keep
    )
    several = data_parallel or backend.launched()
    with backend.data_parallel() if several else contextlib.nullcontext():
        savers = [*_best(folder, monitor, mode), backups]
        return _train(recipe, folder, callbacks, savers, verbose, keep, rollback)


def _train(recipe, folder, callbacks, savers, verbose, keep, rollback):
    kept = backup.newest(folder / BACKUP)
    classes = classes_of(recipe)
    if kept is not None or any((folder / name).exists() for name in (LOG, SNAPSHOTS)):
        _check_same(recipe, classes, folder)
    done = 0 if kept is None else kept.epoch
    if done >= recipe["epochs"]:
        gan = build(recipe)
        backup.restore(gan, folder / BACKUP)
        return gan
    found = data.open_data(recipe)  # all that is wrong with it is said first
    gan = build(recipe)
    if verbose and is_first():
        print(_size(gan))
        if kept is not None:
            after = f", after step {kept.steps}" if kept.steps else ""
            print(f"Going on with epoch {done + 1}{after}")
    if is_first():
        _check_disk(gan, recipe, folder, done, keep)
        write_json(folder / files.RECIPE, recipe)
        _keep_classes(folder, classes)
        data.write_report(found, folder)
        _tidy(folder, done)
    with Reporting(folder) as reporting:
        gan.fit(
            **data.arguments_of_fit(found, gan),
            batch_size=recipe["batch_size"],
            epochs=recipe["epochs"],
            verbose=verbose,
            callbacks=[
                StabilityMonitor(
                    log=folder / MONITOR, rollback=rollback, backup_dir=folder / GOOD
                ),
                SampleGrid(folder / SAMPLES),
                Snapshots(folder / SNAPSHOTS, recipe.get("snapshot_every", 1)),
                *callbacks,
                Log(folder / LOG),
                reporting,
                ProgressBar(),
                *savers,
            ],
        )
    return gan


def _best(folder, monitor, mode):
    """The callback that keeps the best model, if something is monitored."""
    if monitor is None:
        return []
    return [
        keras.callbacks.ModelCheckpoint(
            folder / BEST,
            monitor,
            mode=mode,
            save_best_only=True,
            save_weights_only=True,
        )
    ]


def _tidy(folder, done):
    """Remove what a stop left half-written, and what will be written again."""
    _cut(folder / LOG, done)
    for name in (SAMPLES, SNAPSHOTS):
        for partial in (folder / name).glob(".epoch_*"):
            partial.unlink()


def _cut(log, done):
    """Keep the rows of the epochs that are done: the others will be written again."""
    if not log.is_file():
        return
    with log.open(newline="") as file:
        head, *rows = file.readlines() or [""]
    if not head.endswith("\n"):  # a stop within the first write
        log.unlink()
        return
    epochs = set(map(str, range(done)))
    kept = [
        row for row in rows if row.endswith("\n") and row.partition(",")[0] in epochs
    ]
    if len(kept) < len(rows):
        write_text(log, "".join([head, *kept]))


def _size(gan):
    counts = [n.count_params() for n in (gan.generator, gan.discriminator)]
    return (
        f"{sum(counts):,} parameters: {counts[0]:,} of the generator, "
        f"{counts[1]:,} of the discriminator"
    )


def _check_disk(gan, recipe, folder, done, keep):
    """Refuse a run whose weights would not fit on the disk of its folder."""
    snapshots = math.ceil((recipe["epochs"] - done) / recipe.get("snapshot_every", 1))
    backups = 1 if done else keep + 1  # one more while the next is written
    everything = [*gan.variables, *gan.optimizer.variables]
    check_disk(
        folder,
        4.0 * snapshots * gan.ema_generator.count_params()
        + 4.0 * backups * sum(math.prod(variable.shape) for variable in everything),
        f"{snapshots:,} snapshots of the generator and {backups} backup(s) of it all",
        "Choose another disk, fewer epochs, or a longer `snapshot_every`.",
    )


def _keep_classes(folder, classes):
    """Keep the classes that labels mean, if the run has labels."""
    if classes is None:
        (folder / CLASSES).unlink(missing_ok=True)  # of a start that failed
    else:
        write_json(folder / CLASSES, {"classes": classes})


def _check_same(recipe, classes, folder):
    """Refuse a recipe, or classes of its data, that the run did not begin with."""
    pairs = {}
    if (folder / files.RECIPE).is_file():
        begun = files.read_json(folder, files.RECIPE, folder)
        pairs = {key: (begun.get(key), recipe.get(key)) for key in IDENTITY}
    if (folder / CLASSES).is_file():  # runs of before have none
        begun = files.read_json(folder, CLASSES, folder)
        pairs["classes"] = begun.get("classes"), classes
    other = [
        "{}={!r}, not {!r}".format(key, *_apart(*pair))
        for key, pair in pairs.items()
        if (pair[0] or None) != (pair[1] or None)  # empty, or left out
    ]
    if other:
        raise ValueError(
            "A folder holds the run of one recipe. Give this one a folder of its "
            f"own, or delete the old run. Received: run={str(folder)!r}, started with "
            + "; ".join(other)
        )


def _apart(begun, asked):
    """Two values, of dicts only what differs."""
    if not (isinstance(begun, dict) and isinstance(asked, dict)):
        return begun, asked
    keys = [k for k in {**begun, **asked} if begun.get(k) != asked.get(k)]
    return tuple({k: v[k] for k in keys if k in v} for v in (begun, asked))
