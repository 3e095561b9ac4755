"""tf.distribute, Keras' data parallelism on JAX, and two processes of torch."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from short_recipe import RECIPE

from keras_gan_zoo import backend, recipes
from keras_gan_zoo.training import replicas
from keras_gan_zoo.training.batches import ImageBatches
from keras_gan_zoo.training.replicas import Division

SCRIPT = Path(__file__).with_name("replicas.py")


def test_two_replicas_train_as_one_device_does():
    environment = {
        **os.environ,
        "KERAS_BACKEND": keras.config.backend(),
        # the last one is about how long it compiles
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2 "
        "--xla_backend_optimization_level=0",
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.once
@pytest.mark.parametrize(
    ("division", "n", "updates", "wanted"),
    [
        # torch: each process has its half of each of two updates
        ((2, 2, 0, 2), 8, 2, [0, 1, 4, 5]),
        ((2, 2, 1, 2), 8, 2, [2, 3, 6, 7]),
        # tf.distribute cuts what it is given into as many parts as there are replicas
        ((2, 2, 0, 1), 8, 2, [0, 1, 4, 5, 2, 3, 6, 7]),
        # JAX: a global array in its order, of which each process brings its part
        ((4, 1, 1, 2), 8, 2, [4, 5, 6, 7]),
        # what can't be divided is filled up
        ((2, 2, 1, 2), 3, 1, [2, 0]),
        ((4, 4, 3, 4), 1, 1, [0]),
        ((1, 1, 0, 1), 3, 2, [0, 1, 2, 0]),
    ],
)
def test_each_process_takes_its_rows_of_each_update(division, n, updates, wanted):
    assert Division(*division).rows(n, updates).tolist() == wanted


@pytest.mark.once
def test_batches_are_divided_whatever_they_come_from():
    images = np.arange(10, dtype="uint8").reshape(10, 1, 1, 1)
    second = Division(devices=2, replicas=2, process=1, processes=2)
    parts = [(images[:4],), (images[4:8],), (images[8:],)]
    of_array = ImageBatches.from_arrays((images,), 4, 1)
    of_batches = ImageBatches.from_batches(lambda lap, skip: iter(parts[skip:]), 1)
    for batches in (of_array, of_batches):
        batches.divide(second, 1)
        found = [batch[0].ravel().tolist() for batch in batches.get_numpy_iterator()]
        assert found == [[2, 3], [6, 7], [9]]


@pytest.mark.once
def test_processes_that_are_not_joined_are_told(monkeypatch, tiny_gan, noise):
    monkeypatch.setattr(backend, "launched", lambda: True)
    with pytest.raises(ValueError, match="not joined"):
        tiny_gan().fit(noise(), verbose=0)


@pytest.mark.once
def test_other_processes_write_nothing(monkeypatch, tiny_gan, noise, tmp_path, capsys):
    monkeypatch.setattr(backend, "process", lambda: (1, 2))
    gan = tiny_gan(compiled=True)
    callbacks = [
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.BackupAndRestore(tmp_path / "backup"),
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras"),
    ]
    gan.fit(noise(), callbacks=callbacks, verbose=2)
    gan.save(tmp_path / "gan.keras")
    gan.save_to_preset(tmp_path / "preset")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not capsys.readouterr().out


@pytest.mark.once
def test_a_backup_that_others_do_not_see_is_told(monkeypatch, tiny_gan):
    monkeypatch.setattr(backend, "from_first", lambda variables, numbers: [7, 5, 0])
    with pytest.raises(
        ValueError, match="with epoch 1, step 1, the first one with epoch 6"
    ):
        replicas.begin_alike(tiny_gan(), 0)


@pytest.mark.once
def test_a_recipe_is_trained_on_all_devices(tmp_path):
    if keras.config.backend() == "torch":
        with pytest.raises(ValueError, match="torchrun"):
            recipes.train(RECIPE, tmp_path, data_parallel=True)
        return
    recipes.train({**RECIPE, "epochs": 1}, tmp_path, verbose=0, data_parallel=True)
    assert recipes.epochs_done(tmp_path) == 1
