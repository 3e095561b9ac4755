"""What a run leaves to look at: its report, sessions and scores."""

import csv
import json

import keras
import numpy as np
import pytest
from training.short_recipe import RECIPE as SHORT

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes, runs

RECIPE = {**SHORT, "epochs": 3}


class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_a_run_ends_with_a_report_and_so_does_what_continues_it(tmp_path):
    score = kgz.callbacks.Score("digits:test[:20]", every=2, num_images=20)
    with pytest.raises(KeyboardInterrupt):
        recipes.train(RECIPE, tmp_path, [score, Stop()], verbose=0)
    assert "Unfinished: 1 of 3 epochs." in (tmp_path / "report.html").read_text()
    recipes.train(RECIPE, tmp_path, [score], verbose=0)
    page = (tmp_path / "report.html").read_text()
    assert "Finished: 3 of 3 epochs." in page
    assert page.count("data:image/webp;base64,") == 6  # one more for less motion
    assert (tmp_path / "curves.png").is_file()
    first, second = json.loads((tmp_path / "sessions.json").read_text())
    assert (first["ended"], second["ended"]) == ("interrupted", "finished")
    assert (first["epochs"], first["images"]) == (1, 64)
    assert (second["first_epoch"], second["epochs"], second["images"]) == (2, 2, 128)
    assert 2e7 < second["peak_memory"] < 2e11
    assert second["versions"]["keras"] == keras.__version__
    assert 0 < second["images_per_second"] <= 128 / second["seconds"] * 10

    # what a callback puts in the logs is in the log, and in the page
    with (tmp_path / "log.csv").open(newline="") as file:
        values = [float(row["fid"]) for row in csv.DictReader(file)]
    assert values[0] == np.inf
    assert values[1:] == [score.reports[1]["fid"]] * 2
    assert [row["fid"] for row in runs.read_run(tmp_path).log] == [None, *values[1:]]
    assert "FID over epochs" in page


def test_nothing_is_reported_before_training(tmp_path):
    with pytest.raises(ValueError, match="no_such_data"):
        recipes.train({**RECIPE, "data": "no_such_data"}, tmp_path, verbose=0)
    assert not (tmp_path / "report.html").exists()
