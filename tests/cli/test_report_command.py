"""`report`, and what `train` is told to watch."""

import json
from pathlib import Path

import pytest
from cli_recipe import RECIPE

from keras_gan_zoo import recipes
from keras_gan_zoo.callbacks import Score


def test_train_and_report(run, tmp_path):
    Path("tiny.json").write_text(json.dumps(RECIPE))
    done = run("train", "tiny.json", "--out", "r", "--tensorboard")
    assert "Report: r/report.html" in done.stdout
    assert list(Path("r/tensorboard").glob("events.*"))
    Path("r/report.html").unlink()
    done = run("report", "r")
    assert done.stdout == "Finished: 1 of 1 epochs.\nReport: r/report.html\n"
    assert "MLPGAN on digits" in Path("r/report.html").read_text()
    again = run("train", "tiny.json", "--out", "r")
    assert "were done already" in again.stdout
    assert "Report:" not in again.stdout


def test_what_is_no_run(run, tmp_path):
    failed = run("report", tmp_path, code=1)
    assert "The folder of a run has a recipe.json or a log.csv" in failed.stderr


def test_train_scores(run, monkeypatch):
    given = []

    def train(recipe, folder, callbacks=(), **kwargs):
        given.extend(callbacks)
        raise KeyboardInterrupt

    monkeypatch.setattr(recipes, "train", train)
    line = ["train", "--family", "dcgan", "--data", "digits"]
    run(*line, code=130)
    assert given == []
    run(*line, "--score", "digits:test", "--score-every", 5, code=130)
    (score,) = given
    assert isinstance(score, Score)
    assert (score.reference, score.every) == ("digits:test", 5)


@pytest.mark.parametrize("every", [0, "x"])
def test_wrong_usage(run, every):
    run("train", "--score-every", every, code=2)
