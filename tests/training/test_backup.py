"""Backups: a stop at any moment costs the epoch, never the run."""

import json
import os
import resource
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import stopped_writers
from same import assert_same, values

import keras_gan_zoo as kgz
from keras_gan_zoo.training import backup, resuming

STOPS = 20


class Stop(keras.callbacks.Callback):
    """Stops a `fit` as Ctrl-C does, when epoch `at` begins."""

    def __init__(self, at):
        super().__init__()
        self.at = at

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            raise KeyboardInterrupt


@pytest.fixture
def fit(tiny_gan, noise):
    """A `fit` of a new GAN, interrupted when epoch `stop` begins; returns the GAN."""

    def fit(*callbacks, stop=None, epochs=4, gan=None):
        gan = gan or tiny_gan()
        callbacks = [*callbacks, Stop(stop)]
        try:
            gan.fit(
                noise(), batch_size=8, epochs=epochs, verbose=0, callbacks=callbacks
            )
        except KeyboardInterrupt:
            assert stop is not None
        return gan

    return fit


@pytest.fixture
def folder(fit, tmp_path):
    """The backups of a run that was interrupted after three epochs."""
    fit(keras.callbacks.BackupAndRestore(tmp_path / "backup"), stop=3)
    return tmp_path / "backup"


# === Stops within a backup ===


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Folders of writers that were stopped, and the epochs that they had saved."""
    folder = tmp_path_factory.mktemp("stopped")
    line = [sys.executable, stopped_writers.__file__, folder, str(STOPS)]
    result = subprocess.run(
        line, check=True, capture_output=True, text=True, timeout=300
    )
    return folder, json.loads(result.stdout.splitlines()[-1])


@pytest.mark.once
def test_a_stop_at_any_moment_costs_that_epoch_at_most(stopped):
    folder, saved = stopped
    assert len(saved) == STOPS
    halves = list(folder.glob("*/*partial.weights.h5"))
    assert halves  # some were stopped within the write, and could not clean up
    gan = stopped_writers.build()
    for i, epoch in enumerate(saved):
        found = backup.restore(gan, folder / str(i))
        assert epoch <= found <= epoch + 1
        for mark in values(stopped_writers.marks(gan)):
            np.testing.assert_array_equal(mark, found)


def states_of_a_save(monkeypatch, gan, folder, copies):
    """Save, and copy the folder at each change of it, as a stop would leave it."""

    def copying(function):
        def run(*arguments, **keywords):
            shutil.copytree(folder, copies / str(len(os.listdir(copies))))
            result = function(*arguments, **keywords)
            shutil.copytree(folder, copies / str(len(os.listdir(copies))))
            return result

        return run

    with monkeypatch.context() as patch:
        for owner, name in ((os, "replace"), (h5py.File, "close"), (os, "fsync")):
            patch.setattr(owner, name, copying(getattr(owner, name)))
        backup.save(gan, folder, epoch=4)


def test_each_state_of_a_save_can_be_restored(
    monkeypatch, folder, tiny_gan, tmp_path, recwarn
):
    copies = tmp_path / "copies"
    copies.mkdir()
    states_of_a_save(monkeypatch, tiny_gan(), folder, copies)
    found = [backup.restore(tiny_gan(), copy) for copy in sorted(copies.iterdir())]
    assert len(found) > 10
    assert set(found) == {3, 4}
    assert not [w for w in recwarn if "broken" in str(w.message)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("no space")])
def test_an_error_within_a_save_leaves_the_last_one(
    error, monkeypatch, folder, tiny_gan
):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    gan = tiny_gan()

    def fail(path, **_):
        Path(path).write_bytes(b"half")
        raise error

    monkeypatch.setattr(gan, "save_weights", fail)
    with pytest.raises((KeyboardInterrupt, OSError)):
        backup.save(gan, folder, epoch=4)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# === Broken files ===


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("0")


def other_bytes(path):
    """One weight differs, and HDF5 can't tell."""
    with h5py.File(path, "r+") as file:
        found = []
        file.visititems(lambda _, x: found.append(x) if hasattr(x, "shape") else None)
        array = max(found, key=lambda x: x.size)
        array[(0,) * array.ndim] += 1


@pytest.mark.once
@pytest.mark.parametrize("spoil", [cut, empty, text, other_bytes, Path.unlink])
def test_where_the_newest_is_broken_the_one_before_it_is_used(spoil, folder, fit):
    spoil(folder / "latest.weights.h5")
    callback = keras.callbacks.BackupAndRestore(folder)
    gan, epochs = None, []
    counter = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: epochs.append(epoch)
    )
    if spoil is Path.unlink:
        gan = fit(callback, counter)
    else:
        with pytest.warns(UserWarning, match="newest backup .* broken.*after 2 epochs"):
            gan = fit(callback, counter)
    assert epochs == [2, 3]
    assert_same(gan.variables, fit().variables)


@pytest.mark.filterwarnings("ignore:The newest backup")
def test_a_broken_backup_never_pushes_out_the_good_one(folder, tiny_gan):
    cut(folder / "latest.weights.h5")
    assert backup.restore(tiny_gan(), folder) == 2
    backup.save(tiny_gan(), folder, epoch=3)
    cut(folder / "latest.weights.h5")
    assert backup.restore(tiny_gan(), folder) == 2


def test_where_none_can_be_read_nothing_starts_in_silence(folder, fit):
    for path in folder.glob("latest*"):
        cut(path)
    with pytest.raises(ValueError, match=r"Delete the folder.*latest.weights.h5.bkp"):
        fit(keras.callbacks.BackupAndRestore(folder))


def test_the_backup_of_another_model_is_refused(folder, tiny_gan, noise):
    gan = tiny_gan(channels=3)
    with pytest.raises(ValueError, match=r"shape|variables"):
        gan.fit(
            noise(channels=3),
            verbose=0,
            callbacks=[keras.callbacks.BackupAndRestore(folder)],
        )
    assert backup.epochs_done(folder) == 3


def test_a_backup_of_keras_itself_is_read(tiny_gan, tmp_path):
    own, gan = keras.callbacks.BackupAndRestore(tmp_path), tiny_gan()
    own.set_model(gan)
    own.on_epoch_end(6)
    other = tiny_gan(compiled=False)
    other.generator.weights[0].assign(0 * other.generator.weights[0])
    other.compile()
    assert backup.restore(other, tmp_path) == 7
    assert_same(gan.variables, other.variables)
    (tmp_path / "training_metadata.json").write_text('{"epo')
    with pytest.raises(ValueError, match="No backup"):
        backup.restore(other, tmp_path)


def test_without_a_backup_a_run_begins(tiny_gan, tmp_path):
    assert backup.restore(tiny_gan(), tmp_path / "none") is None
    assert backup.epochs_done(tmp_path / "none") == 0


# === In `fit` ===


class OfAUser(keras.callbacks.BackupAndRestore):
    pass


@pytest.mark.parametrize("kind", ["keras", "ours", "nested", "CallbackList"])
def test_fit_makes_safe_what_it_is_given(kind, fit, tiny_gan, noise, tmp_path):
    cls = kgz.callbacks if kind == "ours" else keras.callbacks
    callback = cls.BackupAndRestore(tmp_path / "b", double_checkpoint=True)
    gan, wanted = tiny_gan(), [callback, Stop(3)]
    if kind == "nested":
        wanted = [[callback], [Stop(3)]]
    if kind == "CallbackList":
        wanted = keras.callbacks.CallbackList(wanted, model=gan, epochs=4)
    with pytest.raises(KeyboardInterrupt):
        gan.fit(noise(), batch_size=8, epochs=4, verbose=0, callbacks=wanted)
    assert callback._current_epoch == 3  # the state is that of the given object
    if kind == "CallbackList":
        assert type(wanted.callbacks[0]) is keras.callbacks.BackupAndRestore
    for name, epoch in (("latest.weights.h5", 3), ("latest.weights.h5.bkp", 2)):
        with h5py.File(tmp_path / "b" / name) as file:
            assert (file.attrs["epoch"], file.attrs["steps"]) == (epoch, 0)
    found = json.loads((tmp_path / "b" / "training_metadata.json").read_text())
    assert found == {"epoch": 3, "batch": 0}

    resumed = fit(cls.BackupAndRestore(tmp_path / "b"))
    assert_same(resumed.variables, fit().variables)
    assert not (tmp_path / "b").exists()  # training has finished


def test_what_is_not_keras_own_stays(tmp_path):
    for callback in (
        OfAUser(tmp_path),
        keras.callbacks.BackupAndRestore("gs://bucket/run"),
        kgz.callbacks.BackupAndRestore(tmp_path),
        keras.callbacks.History(),
    ):
        assert resuming.safe(callback) is callback


def test_the_next_fit_begins_at_its_own_first_epoch(folder, fit):
    gan = fit(keras.callbacks.BackupAndRestore(folder))
    epochs = int(gan.epochs_seen)
    fit(gan=gan, epochs=2)
    assert int(gan.epochs_seen) == epochs + 2


@pytest.mark.parametrize("drawn", [True, False])
def test_a_rerun_without_a_seed_takes_the_same_order(drawn, tiny_gan, noise, tmp_path):
    def run(stop, seed=None):
        gan = tiny_gan(seed=seed) if drawn else tiny_gan(seed=9 if stop else 8)
        wanted = [keras.callbacks.BackupAndRestore(tmp_path / "b"), Stop(stop)]
        gan.fit(noise(), batch_size=8, epochs=3, verbose=0, callbacks=wanted)
        return gan

    keras.utils.set_random_seed(1)
    with pytest.raises(KeyboardInterrupt):
        run(stop=2)
    keras.utils.set_random_seed(2)
    resumed = run(stop=None)
    keras.utils.set_random_seed(1)
    straight = tiny_gan(seed=None) if drawn else tiny_gan(seed=9)
    straight.fit(noise(), batch_size=8, epochs=3, verbose=0)
    assert resumed.seed == straight.seed
    assert_same(resumed.variables, straight.variables)


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Dropout(0.5),
        keras.layers.AlphaDropout(0.5),
        keras.layers.MultiHeadAttention(1, 4, dropout=0.5),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_without_a_seed_resume_exactly(layer, noise, tmp_path):
    def build():
        keras.utils.set_random_seed(0)
        x = images = keras.Input((8, 8, 1))
        x = keras.layers.Reshape((8, 8))(x)
        own = type(layer).from_config(layer.get_config())
        x = own(x, x) if "Attention" in type(layer).__name__ else own(x)
        logits = keras.layers.Dense(1)(keras.layers.Flatten()(x))
        generator = kgz.networks.dense_generator((8, 8, 1), 4, widths=(8,))
        gan = kgz.GAN(generator, keras.Model(images, logits), seed=3)
        gan.compile()
        return gan

    def fit(gan, *callbacks):
        gan.fit(noise(), batch_size=20, epochs=2, verbose=0, callbacks=callbacks)
        return gan

    straight = fit(build())
    with pytest.raises(KeyboardInterrupt):
        fit(build(), keras.callbacks.BackupAndRestore(tmp_path), Stop(1))
    keras.random.uniform((7,))  # whatever else draws does not matter
    resumed = build()
    keras.utils.set_random_seed(99)
    fit(resumed, keras.callbacks.BackupAndRestore(tmp_path))
    assert_same(straight.variables, resumed.variables)


def test_what_is_not_finite_is_not_kept(fit, folder, tiny_gan):
    gan = tiny_gan()
    weight = gan.generator.weights[0]
    weight.assign(np.full(weight.shape, np.nan))
    with pytest.warns(UserWarning, match="no backup was made"):
        assert not backup.save(gan, folder, epoch=4)
    assert backup.epochs_done(folder) == 3


# === How many ===


def positions(folder):
    found = (backup.newest(folder), *map(backup._read, backup._older(folder)))
    return [(one.epoch, one.steps) for one in found]


@pytest.mark.once
@pytest.mark.parametrize("keep", [1, 2, 4])
def test_the_last_few_are_kept(keep, tiny_gan, tmp_path):
    gan, folder = tiny_gan(), tmp_path / "b"
    saved = [(1, 0), (1, 3), (1, 12), (2, 0), (10, 0)]
    for i, (epoch, steps) in enumerate(saved):
        backup.save(gan, folder, epoch, steps, keep=keep)
        assert len(list(folder.glob("*.weights.h5*"))) == min(keep, i + 1)
    found = []
    with pytest.warns(UserWarning, match="broken") if keep > 1 else nullcontext():
        for _ in range(keep):
            path = backup.newest(folder, move=True).path
            found.append((backup.newest(folder).epoch, backup.newest(folder).steps))
            cut(path)
    assert found == saved[: -keep - 1 : -1]
    backup.save(gan, folder, 11, keep=1)
    assert {path.name for path in folder.iterdir()} == {
        "latest.weights.h5",
        "training_metadata.json",
    }


def test_of_ten_thousand_epochs_the_last_few_are_kept(tiny_gan, tmp_path):
    gan = tiny_gan()
    for epoch in range(9_998, 10_004):
        backup.save(gan, tmp_path, epoch, keep=4)
    assert [epoch for epoch, _ in positions(tmp_path)[1:]] == [10_001, 10_000]


def test_an_older_one_can_be_loaded_by_keras(tiny_gan, tmp_path):
    gan = tiny_gan()
    for epoch in range(4):
        gan.epochs_seen.assign(epoch)
        backup.save(gan, tmp_path, epoch, keep=3)
    gan.load_weights(tmp_path / "epoch_0001_step_000000.weights.h5")
    assert int(gan.epochs_seen) == 1


# === What can't be written ===


@pytest.mark.once
@pytest.mark.parametrize("size", [0, 20_000])
def test_a_full_disk_leaves_the_last_one_whole(size, folder, tiny_gan):
    """No file of this process may grow beyond `size`, as on a disk without space."""
    gan, before = tiny_gan(), {p.name: p.read_bytes() for p in folder.iterdir()}
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))
    try:
        with pytest.raises(OSError, match=r"not be written. The last .* epoch 3, st"):
            backup.save(gan, folder, epoch=4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert backup.save(gan, folder, epoch=4)
    assert backup.epochs_done(folder) == 4


def test_a_folder_that_can_not_be_written_to_is_said_before_training(
    fit, tmp_path, monkeypatch
):
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(OSError, match=r"could not be written.*none yet.*Read-only"):
        fit(keras.callbacks.BackupAndRestore(tmp_path))
