"""Recipes train."""

import json
import os
import re
import signal
import subprocess
import sys
import threading

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, recipes
from keras_gan_zoo.training import backup
from recipes.tiny_recipe import MORE, RECIPE, digest


@pytest.mark.parametrize("name", presets.read_index())
def test_the_recipe_of_each_zoo_entry_can_be_trained_again(name, tmp_path):
    """On digits, resized and coloured to the shape of its images."""
    recipe = {**recipes.find(name), "data": "digits:train[:32]", "epochs": 1}
    *size, channels = recipe["arguments"]["image_shape"]
    color_mode = {1: "grayscale", 3: "rgb"}[channels]
    recipe["preparation"] = {"image_size": size, "color_mode": color_mode}
    gan = recipes.train(recipe, tmp_path, verbose=0)
    assert type(gan) is type(kgz.GAN.from_preset(name))
    assert gan.optimizer.generator_optimizer.iterations == 1
    untrained = recipes.build(recipe)
    assert presets.weights_sha256(gan.generator) != presets.weights_sha256(
        untrained.generator
    )
    assert (tmp_path / "snapshots" / "epoch_0001.weights.h5").is_file()


def run(folder, callbacks=(), seed=1, epochs=3, **options):
    arguments = {**RECIPE["arguments"], "seed": seed}
    recipe = {**RECIPE, "arguments": arguments, "epochs": epochs}
    return recipes.train(recipe, folder, callbacks, verbose=0, **options)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The folder of a run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("straight")
    keras.utils.set_random_seed(11)
    run(folder)
    return folder


def log(folder):
    return (folder / "log.csv").read_text()


def assert_same_run(folder, straight):
    """Weights, optimizers, random states and history; log, samples and snapshots."""
    assert digest(folder) == digest(straight)
    assert log(folder) == log(straight)
    for kind in ("samples", "snapshots"):
        found = sorted(path.name for path in (folder / kind).iterdir())
        assert found == sorted(path.name for path in (straight / kind).iterdir())
    for path in (straight / "samples").iterdir():
        assert (folder / "samples" / path.name).read_bytes() == path.read_bytes()


# === The same again ===


def test_a_seed_gives_the_same_weights_in_another_process(tmp_path):
    keras.utils.set_random_seed(12)
    recipes.train(MORE, tmp_path / "here", verbose=0)
    (tmp_path / "recipe.json").write_text(json.dumps(MORE))
    line = ["-m", "keras_gan_zoo.cli", "train", "recipe.json", "--out", "run"]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, *line], cwd=tmp_path, env=environment, check=True, timeout=300
    )
    assert digest(tmp_path / "run") == digest(tmp_path / "here")


def test_another_seed_gives_other_weights(straight, tmp_path):
    run(tmp_path, seed=2)
    assert digest(tmp_path) != digest(straight)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True])
def test_what_is_no_seed(seed):
    recipe = {**RECIPE, "arguments": {**RECIPE["arguments"], "seed": seed}}
    with pytest.raises(ValueError, match="`seed` must be a whole number from 0"):
        recipes.build(recipe)


# === Interruptions ===


class Signal(keras.callbacks.Callback):
    """Sends this process a signal at a step of an epoch, or at its end."""

    def __init__(self, number, epoch, step=None):
        super().__init__()
        self.number, self.epoch, self.step = number, epoch, step
        self.current, self.steps = None, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.current, self.steps = epoch + 1, 0

    def on_train_batch_begin(self, batch, logs=None):
        if (self.current, batch) == (self.epoch, self.step):
            os.kill(os.getpid(), self.number)

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    def on_epoch_end(self, epoch, logs=None):
        if (self.current, self.step) == (self.epoch, None):
            os.kill(os.getpid(), self.number)


HANDLED = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def _handlers():
    """Signals that end a process would end the tests."""
    before = [signal.getsignal(number) for number in HANDLED]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    after = [signal.getsignal(number) for number in HANDLED]
    for number, handler in zip(HANDLED, before, strict=True):
        signal.signal(number, handler)
    assert after == [signal.default_int_handler, before[1]]


@pytest.mark.parametrize(
    ("number", "epoch", "step", "says"),
    [
        (signal.SIGINT, 1, 2, "in epoch 1, after step 3. 3 steps of epoch 1 are kept"),
        (signal.SIGTERM, 2, 0, "in .* step 1. Epoch 1 and 1 step of epoch 2 are kept"),
        (signal.SIGINT, 3, 7, "after epoch 3. Epochs 1-3 are kept; the same command"),
        (signal.SIGTERM, 3, None, "after epoch 3. Epochs 1-3 are kept"),
    ],
)
def test_a_signal_ends_a_run_which_then_goes_on(
    number, epoch, step, says, straight, tmp_path
):
    sender = Signal(number, epoch, step)
    with pytest.raises(KeyboardInterrupt, match=f"Interrupted {says}"):
        run(tmp_path, [sender])
    assert sender.steps == (8 if step is None else step + 1)  # the step is finished
    assert recipes.epochs_done(tmp_path) == (
        epoch if "after epoch" in says else epoch - 1
    )
    run(tmp_path)
    assert_same_run(tmp_path, straight)


class Twice(Signal):
    """Sends another signal before the step has ended."""

    def on_train_batch_begin(self, batch, logs=None):
        super().on_train_batch_begin(batch, logs)
        if (self.current, batch) == (self.epoch, self.step):
            os.kill(os.getpid(), self.number)
            raise AssertionError("the second signal stops at once")


def test_a_second_signal_stops_at_once(tmp_path):
    with pytest.raises(
        KeyboardInterrupt, match=r"in epoch 2, after step 3\. Epoch 1 is k"
    ):
        run(tmp_path, [Twice(signal.SIGINT, 2, 3)])


def test_handlers_of_others_come_back(tmp_path):
    def of_a_user(number, frame):
        raise AssertionError

    class Look(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            found.extend(map(signal.getsignal, HANDLED))

    before, found = signal.signal(signal.SIGTERM, of_a_user), []
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does in the background
    run(tmp_path / "a", [Look()], epochs=1)
    assert found[0] is signal.SIG_IGN
    assert found[1] is not of_a_user
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is of_a_user
    signal.signal(signal.SIGTERM, before)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_run_in_a_thread_handles_no_signals(straight, tmp_path):
    found = []

    def in_a_thread():
        try:
            run(tmp_path)
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert not found
    assert digest(tmp_path) == digest(straight)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_on_the_command_line(number, tmp_path):
    (tmp_path / "recipe.json").write_text(json.dumps({**RECIPE, "epochs": 10_000}))
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from keras_gan_zoo.cli import main; main()"
    )
    line = [sys.executable, "-uc", script, "train", "recipe.json", "--out", "run"]
    line += ["--save-freq", "3"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(line, cwd=tmp_path, **pipes) as process:
        for text in process.stdout:
            if text.startswith("Epoch 3/"):
                break
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
    done = recipes.epochs_done(tmp_path / "run")
    assert done >= 2
    if number == signal.SIGINT:
        assert process.returncode == 130, errors
        kept = rf"Epochs 1-{done} .*are kept; the same command goes on"
        assert re.search(kept, errors)
        assert "Traceback" not in errors
    run(tmp_path / "run", epochs=done + 1)
    run(tmp_path / "straight", epochs=done + 1)
    assert_same_run(tmp_path / "run", tmp_path / "straight")


@pytest.mark.parametrize("within", ["on_train_batch_begin", "on_epoch_end"])
def test_a_run_that_is_killed_loses_no_more_than_the_steps_since_a_backup(
    within, straight, tmp_path
):
    class Killed(BaseException):
        pass

    class Kill(keras.callbacks.Callback):
        count = 0

        def kill(self, number, logs=None):
            self.count += 1
            if self.count == (8 + 5 if "batch" in within else 2):
                raise Killed

    setattr(Kill, within, Kill.kill)
    with pytest.raises(Killed):
        run(tmp_path, [Kill()], save_freq=3)
    found = backup.newest(tmp_path / "backup")
    assert (found.epoch, found.steps) == ((1, 3) if "batch" in within else (1, 6))
    with (tmp_path / "log.csv").open("a") as file:
        file.write("1,0.1")  # and half a row
    (tmp_path / "samples" / ".epoch_0002.png.abc").touch()
    run(tmp_path, save_freq="10min", keep=3)
    assert_same_run(tmp_path, straight)


def test_a_stop_within_the_logs_first_write(straight, tmp_path):
    run(tmp_path, epochs=1)
    (tmp_path / "log.csv").write_text("epoch,d_lo")
    (tmp_path / "backup" / "latest.weights.h5").unlink()
    run(tmp_path)
    assert log(tmp_path) == log(straight)


def test_the_best_model_is_kept(tmp_path):
    class Worse(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["fid"] = [2.0, 1.0, 3.0][epoch]

    run(tmp_path, [Worse()], monitor="fid", mode="min")
    best = recipes.build(RECIPE)
    best.load_weights(tmp_path / "best.weights.h5")
    assert int(best.epochs_seen) == 2


# === What is done already ===


@pytest.mark.parametrize("epochs", [2, 3])
def test_nothing_is_trained_twice_and_the_recipe_stays_true(epochs, straight):
    def state():
        files = (path for path in straight.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in files}

    before = state()
    assert recipes.epochs_done(straight) == 3
    gan = run(straight, epochs=epochs)
    assert int(gan.epochs_seen) == 3
    assert state() == before
    assert json.loads((straight / "recipe.json").read_text())["epochs"] == 3


def test_a_stop_after_the_log_was_written_leaves_no_row_twice(
    straight, tmp_path, monkeypatch
):
    back_up = kgz.callbacks.BackupAndRestore.on_epoch_end

    def stop(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt  # the log has a row, the backup does not
        back_up(self, epoch, logs)

    with monkeypatch.context() as patched:
        patched.setattr(kgz.callbacks.BackupAndRestore, "on_epoch_end", stop)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path)
    assert len(log(tmp_path).splitlines()) == 3
    with (tmp_path / "log.csv").open("a") as file:
        file.write("2,0.1")  # half a row
    run(tmp_path)
    assert log(tmp_path) == log(straight)


class Poison(keras.callbacks.Callback):
    """Makes a weight NaN in the second epoch, once."""

    done = False

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.epochs_seen == 1 and batch == 2 and not self.done:
            self.done = True
            kernel = self.model.discriminator.trainable_variables[0]
            kernel.assign(np.full(kernel.shape, np.nan, "float32"))


def said(folder):
    rows = json.loads((folder / "monitor.json").read_text())
    return [(row["epoch"], row["what"]) for row in rows]


def test_a_run_that_diverges_stops_and_keeps_what_was_good(straight, tmp_path):
    with pytest.raises(FloatingPointError, match=r"diverged: loss is nan.* in epoch 2"):
        run(tmp_path, [Poison()])
    assert recipes.epochs_done(tmp_path) == 1
    assert said(tmp_path) == [(2, "not_finite")]
    run(tmp_path)
    assert digest(tmp_path) == digest(straight)
    assert said(tmp_path) == said(straight) == []


def test_a_run_that_diverges_goes_back_on_request(tmp_path):
    with pytest.warns(UserWarning, match=r"diverged.* goes on .*rollback 1 of 3"):
        gan = recipes.train(RECIPE, tmp_path, [Poison()], verbose=0, rollback=True)
    assert recipes.epochs_done(tmp_path) == RECIPE["epochs"]
    assert said(tmp_path) == [(2, "not_finite"), (2, "rollback")]
    assert len(log(tmp_path).splitlines()) == 1 + RECIPE["epochs"]
    assert "nan" not in log(tmp_path)
    usual = recipes.build(RECIPE).optimizer.learning_rates
    np.testing.assert_allclose(gan.optimizer.learning_rates, np.array(usual) / 2)
