"""The log of a run, which may get other columns when the run goes on."""

import csv

import pytest

from keras_gan_zoo.runs.log import Log


def logged(path, *epochs):
    log = Log(path)
    log.on_train_begin()
    for epoch, logs in epochs:
        log.on_epoch_end(epoch, logs)
    log.on_train_end()


def rows(path):
    with open(path, newline="") as file:
        found = list(csv.DictReader(file))
    assert not any(None in row or None in row.values() for row in found)
    return [{k: v for k, v in row.items() if not k.startswith("val_")} for row in found]


@pytest.fixture
def path(tmp_path):
    logged(tmp_path / "log.csv", (0, {"loss": 1.0}), (1, {"loss": 0.5}))
    return tmp_path / "log.csv"


def test_the_same_columns(path):
    before = path.read_text()
    logged(path, (2, {"loss": 0.25}))
    assert path.read_text() == f"{before}2,0.25,NA\n"
    assert [row["loss"] for row in rows(path)] == ["1.0", "0.5", "0.25"]


def test_a_score_that_comes_later(path):
    logged(path, (2, {"fid": 9.0, "loss": 0.25}), (3, {"fid": 8.0, "loss": 0.125}))
    assert [(row["loss"], row["fid"]) for row in rows(path)] == [
        ("1.0", "NA"),
        ("0.5", "NA"),
        ("0.25", "9.0"),
        ("0.125", "8.0"),
    ]


def test_a_score_that_is_left_out(path):
    logged(path, (2, {"fid": 9.0, "loss": 0.25}))
    logged(path, (3, {"loss": 0.125}))
    assert rows(path)[-1] == {"epoch": "3", "loss": "0.125", "fid": "NA"}
