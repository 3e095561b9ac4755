"""A `fit` that is stopped within an epoch goes on there, equal to the bit."""

import os
import signal
import time
from typing import ClassVar

import keras
import numpy as np
import pytest
from same import values

import keras_gan_zoo as kgz
from keras_gan_zoo.training import backup, resuming

EPOCHS = 3


class Killed(BaseException):
    """What no handler expects, as SIGKILL would not be."""


class Watch(keras.callbacks.Callback):
    """Notes the steps and their logs, and stops when epoch and batch are `at`."""

    def __init__(self, at=None, error=Killed):
        super().__init__()
        self.at, self.error = at, error
        self.steps, self.epochs = {}, []

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.epochs.append((epoch, logs))

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise self.error

    def on_train_batch_end(self, batch, logs=None):
        self.steps[self.epoch, batch] = dict(logs)


def rich(tiny_gan):
    """A GAN with all that has a state of its own."""
    gan = tiny_gan(
        penalties=[kgz.GradientPenalty(1.0, every=2)],
        augmentation=kgz.augmentation.ADA("blit", every=1, images_to_one=200),
        ema_half_life=50,
        critic_steps=2,
        compiled=False,
    )
    rate = keras.optimizers.schedules.ExponentialDecay(1e-2, 3, 0.5)
    gan.compile(
        keras.optimizers.Adam(1e-3), keras.optimizers.RMSprop(rate, momentum=0.5)
    )
    return gan


class Batches(keras.utils.PyDataset):
    """Batches by their number; remembers which were read."""

    def __init__(self, images, length=7):
        super().__init__()
        self.images, self.length, self.read = images, length, []

    @property
    def num_batches(self):
        return self.length

    def __getitem__(self, i):
        self.read.append(i)
        return self.images[4 * i % 36 :][:4]


class Iterable:
    """Batches that can be read again, of unknown number, as a filtered data set has."""

    def __init__(self, images):
        self.images = images

    def __iter__(self):
        return (self.images[i : i + 8] for i in range(0, len(self.images), 8))


def plain(noise):
    return {"x": noise(38), "batch_size": 8}


def everything(noise):
    return {"x": noise(38), "batch_size": 4}


def steps_per_epoch(noise):
    return {**plain(noise), "steps_per_epoch": 3}


def py_dataset(noise):
    return {"x": Batches(noise())}


def py_dataset_by_steps(noise):
    return {"x": Batches(noise()), "steps_per_epoch": 5}


def iterable(noise):
    return {"x": Iterable(noise(38))}


def iterable_by_steps(noise):
    return {"x": Iterable(noise(38)), "steps_per_epoch": 3}


def generator(noise):
    return {"x": iter(Iterable(noise(38)))}


def dense(tiny_gan):
    return tiny_gan()


def with_two_critic_steps(tiny_gan):
    return tiny_gan(critic_steps=2)


BUILDERS = {everything: rich, py_dataset: with_two_critic_steps}
once = pytest.mark.once
SOURCES = (
    *(everything, iterable),
    *(
        pytest.param(source, marks=once)
        for source in (
            *(steps_per_epoch, py_dataset, py_dataset_by_steps),
            *(iterable_by_steps, generator),
        )
    ),
)


class Run:
    """What a `fit` left; a GAN is made and compiled once for all runs."""

    made: ClassVar = {}

    def __init__(self, source, tiny_gan, noise, callbacks, watch, error):
        build = BUILDERS.get(source, dense)
        if build not in self.made:
            gan = build(tiny_gan)
            every = [*gan.variables, *gan.optimizer.variables]
            self.made[build] = gan, every, values(every)
        self.gan, every, start = self.made[build]
        for variable, value in zip(every, start, strict=True):
            variable.assign(value)
        settings = {"epochs": EPOCHS, "verbose": 0, "callbacks": [*callbacks, watch]}
        self.steps, self.epochs = watch.steps, watch.epochs
        try:
            history = self.gan.fit(**source(noise), **settings)
            self.history, self.epoch = history.history, history.epoch
        except error:
            assert watch.at is not None
        self.values = values(every)


@pytest.fixture
def fit(tiny_gan, noise):
    """A `Run` of a source, with a `Watch` that stops it when it is `at`."""

    def fit(source, *callbacks, at=None, error=Killed):
        watch = Watch(at, error)
        return Run(source, tiny_gan, noise, callbacks, watch, error)

    return fit


def assert_equal(one, other):
    for a, b in zip(one.values, other.values, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.history == other.history
    assert one.epoch == other.epoch


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_a_run_that_was_killed_is_the_one_that_was_not(source, fit, tmp_path):
    straight, found = fit(source), {}
    last = max(batch for _, batch in straight.steps)
    for at in ((0, 2), (1, last), (2, 1), None):  # killed again and again
        callback = keras.callbacks.BackupAndRestore(tmp_path / "b", save_freq=1)
        resumed = fit(source, callback, at=at)
        begun, steps = resumed.epochs[0][1], list(resumed.steps)
        assert (steps[0] == (0, 0)) == (not found)
        assert begun == ({"resumed_at": steps[0][1]} if steps[0][1] else {})
        assert not set(found) & set(steps)  # no step twice
        found |= resumed.steps
    assert found == straight.steps  # the running means of each step
    assert_equal(resumed, straight)
    assert resumed.epoch == [0, 1, 2]


@pytest.mark.once
def test_nothing_before_the_position_is_read(fit, tmp_path):
    made = []

    def source(noise):
        made.append(Batches(noise()))
        return {"x": made[-1]}

    fit(source, resuming.BackupAndRestore(tmp_path, save_freq=5), at=(1, 6))
    fit(source, resuming.BackupAndRestore(tmp_path))
    first, again = (one.read[1:] for one in made)  # less the one to see its shape
    assert again[:2] == first[12:14]
    assert len(again) == 2 + 7


@pytest.mark.once
def test_a_generator_without_an_end_says_that_it_can_not_be_rewound(fit, tmp_path):
    def source(noise):
        return {"x": iter(Batches(noise(), None)), "steps_per_epoch": 4}

    fit(source, resuming.BackupAndRestore(tmp_path, save_freq=1), at=(1, 2))
    with pytest.warns(UserWarning, match="can't be rewound.*goes on with its next"):
        run = fit(source, resuming.BackupAndRestore(tmp_path))
    assert list(run.steps) == [(1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3)]


@pytest.mark.once
def test_what_callbacks_do_as_an_epoch_begins_is_done_once(fit, tmp_path):
    """A schedule that multiplies the rate, and the samples of the start."""

    def callbacks(folder):
        return [
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
            kgz.callbacks.SampleGrid(folder / "samples", rows=1, columns=2),
            resuming.BackupAndRestore(folder / "b", save_freq=1),
        ]

    straight = fit(plain, *callbacks(tmp_path / "straight"))
    fit(plain, *callbacks(tmp_path), at=(0, 3))
    fit(plain, *callbacks(tmp_path), at=(1, 3))
    assert_equal(fit(plain, *callbacks(tmp_path)), straight)
    for path in (tmp_path / "straight" / "samples").iterdir():
        assert (tmp_path / "samples" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.once
def test_what_callbacks_have_seen_goes_with_a_backup(fit, tmp_path):
    class Falling(keras.callbacks.Callback):
        """A score that gets worse, of which `seen` must be kept."""

        seen = 0

        def on_epoch_end(self, epoch, logs=None):
            self.seen += 1
            logs["score"] = [3.0, 1.0, 2.0][epoch] + self.seen / 100

        def get_state(self):
            return {"seen": self.seen}

        def set_state(self, state):
            self.seen = state["seen"]

    def callbacks(folder):
        return [
            resuming.BackupAndRestore(folder / "b", save_freq=1),
            Falling(),
            keras.callbacks.ModelCheckpoint(
                folder / "best.weights.h5", "score", 0, True, True, "min"
            ),
            keras.callbacks.EarlyStopping(
                "score", mode="min", patience=9, restore_best_weights=True
            ),
        ]

    straight = fit(plain, *callbacks(tmp_path / "straight"))
    fit(plain, *callbacks(tmp_path), at=(2, 1))
    resumed = fit(plain, *callbacks(tmp_path))
    assert_equal(resumed, straight)  # the weights of the best epoch
    gan, found = resumed.gan, []
    for folder in (tmp_path / "straight", tmp_path):
        gan.load_weights(folder / "best.weights.h5")
        found.append(values(gan.variables))
        assert int(gan.epochs_seen) == 2
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"batch_size": 10}, "after 3 steps of 5. Epochs have 4 steps now"),
        ({"spoil": True}, "no running means"),
    ],
)
def test_where_a_run_can_not_go_on_its_epoch_starts_anew(
    change, why, fit, tmp_path, monkeypatch
):
    fit(plain, resuming.BackupAndRestore(tmp_path, save_freq=3), at=(1, 4))
    if change.pop("spoil", False):  # as from before there were any
        found = backup.newest(tmp_path)
        monkeypatch.setattr(
            backup, "newest", lambda *_, **__: found._replace(facts={}, arrays={})
        )
    with pytest.warns(UserWarning, match=f"epoch 2, .*{why}.*starts anew"):
        run = fit(
            lambda noise: {**plain(noise), **change},
            resuming.BackupAndRestore(tmp_path),
        )
    assert next(iter(run.steps)) == (1, 0)


# === When ===


@pytest.mark.once
@pytest.mark.parametrize(
    ("save_freq", "expected"),
    [
        ("epoch", [(1, 0), (2, 0), (3, 0)]),
        (3, [(0, 3), (1, 0), (1, 3), (2, 0), (2, 3), (3, 0)]),
        (7, [(1, 0), (2, 0), (3, 0)]),
        (
            "2s",
            [(0, 2), (0, 4), (1, 0), (1, 2), (1, 4), (2, 0), (2, 2), (2, 4), (3, 0)],
        ),
    ],
)
def test_when_backups_are_made(save_freq, expected, fit, tmp_path, monkeypatch):
    clock, saved = iter(range(10_000)), []
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(
        backup, "save", lambda *where, epoch, steps, **_: saved.append((epoch, steps))
    )
    fit(plain, resuming.BackupAndRestore(tmp_path, save_freq))
    assert saved == expected


@pytest.mark.parametrize(
    "save_freq", ["often", 0, -1, True, 1.5, "0min", "5 days", None, "min"]
)
def test_what_is_no_frequency(save_freq, tmp_path):
    with pytest.raises(ValueError, match=r'must be "epoch", .* or "2h"\. Received'):
        resuming.BackupAndRestore(tmp_path, save_freq)


def test_keep_is_a_number(tmp_path):
    with pytest.raises(ValueError, match="`keep` must be a whole number, 1 or more"):
        resuming.BackupAndRestore(tmp_path, keep=0)


class Signal(Watch):
    """Sends this process a signal in a step."""

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_is_answered_after_the_step(fit, tmp_path):
    def signalled(at):
        try:
            fit(plain, resuming.BackupAndRestore(tmp_path), Signal(at))
        except KeyboardInterrupt as error:
            return str(error)

    before = signal.getsignal(signal.SIGTERM)
    said = "Interrupted in epoch 2, after step 3. Epoch 1 and 3 steps of epoch 2 are"
    assert signalled((1, 2)).startswith(f"{said} kept; the same command goes on")
    assert signalled((2, 4)).startswith("Interrupted after epoch 3. Epochs 1-3")
    assert signal.getsignal(signal.SIGTERM) is before
    resumed, straight = fit(plain, resuming.BackupAndRestore(tmp_path)), fit(plain)
    for a, b in zip(resumed.values, straight.values, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.once
def test_more_epochs_go_on_where_a_run_ended(fit, tmp_path, monkeypatch):
    callback = resuming.BackupAndRestore(tmp_path, delete_checkpoint=False)
    monkeypatch.setitem(globals(), "EPOCHS", 1)
    short = fit(plain, callback)
    monkeypatch.setitem(globals(), "EPOCHS", 2)
    long = fit(plain, callback)
    assert long.epoch == [0, 1]
    assert long.history["d_loss"][:1] == short.history["d_loss"]
