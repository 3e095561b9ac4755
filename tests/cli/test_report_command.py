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
    assert score.metrics == ["is", "fid"]


@pytest.mark.parametrize(
    ("options", "metrics"),
    [(["--metrics", "fid,kid"], ["fid", "kid"]), (["--extractor", "pixels"], ["fid"])],
)
def test_train_scores_what_the_extractor_can(run, monkeypatch, options, metrics):
    given = []

    def train(recipe, folder, callbacks=(), **kwargs):
        given.extend(callbacks)
        raise KeyboardInterrupt

    monkeypatch.setattr(recipes, "train", train)
    line = ["train", "--family", "dcgan", "--data", "digits", "--score", "digits:test"]
    run(*line, *options, code=130)
    assert given[0].metrics == metrics


def test_metrics_that_the_extractor_can_not_are_refused_before_training(run):
    line = ["train", "--family", "dcgan", "--data", "digits", "--score", "digits:test"]
    failed = run(*line, "--extractor", "pixels", "--metrics", "is", code=1)
    assert "'is' reads `logits`" in failed.stderr
    failed = run(
        "train", "--family", "dcgan", "--data", "digits", "--metrics", "fid", code=2
    )
    assert "is that of --score" in " ".join(failed.stderr.split())


@pytest.mark.parametrize("every", [0, "x"])
def test_wrong_usage(run, every):
    run("train", "--score-every", every, code=2)
