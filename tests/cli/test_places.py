"""What can't be written is said before the work, which would be lost."""

import os
from pathlib import Path

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import conversion, leaderboard, recipes, scoring, tuning

pytestmark = pytest.mark.once
SCORE = "score tiny --metrics is --num-images 20 --no-verify"
TRAIN = "--family dcgan --data digits"


@pytest.fixture(autouse=True)
def nothing_is_done(monkeypatch):
    """Whatever takes long is an error of another code."""

    def work(*_, **__):
        raise AssertionError("The work has begun.")

    for place, name in (
        (kgz, "score"),
        (kgz.GAN, "from_preset"),
        (conversion, "convert"),
        (leaderboard, "write_leaderboard"),
        (recipes, "train"),
        (scoring, "prepare"),
        (tuning, "search"),
    ):
        monkeypatch.setattr(place, name, work)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"{SCORE} --out folder.json", "must be a file, such as folder-2.json"),
        (f"{SCORE} --out r.json --out folder.json", "Received: folder.json, a folder"),
        (f"{SCORE} --out file/r.json", "Received: file/r.json, and"),
        (f"{SCORE} --out file/deep/r.json", "is a file"),
        ("sample tiny --out file/s.png", "such as ./s.png"),
        ("sample tiny --out file/folder", "is a file"),
        ("sample tiny --out file", "must be a folder, such as file-2"),
        ("sample tiny --walk walk.gif", "--walk"),
        (f"train {TRAIN} --out file", "must be a folder"),
        (f"train {TRAIN} --out file/run", "is a file"),
        (f"tune {TRAIN} --out file", "must be a folder"),
        ("reference make digits:test --out file/s.npz", "is a file"),
        ("leaderboard --out file/board", "is a file"),
        ("leaderboard --out file/board.md", "is a file"),
        ("convert folder.json file", "OUT"),
    ],
)
def test_places_that_are_taken(run, tiny_zoo, line, says):
    Path("file").write_text("mine")
    for name in ("folder.json", "walk.gif"):
        Path(name).mkdir()
    result = run(*line.split(), code=2)
    assert says in " ".join(result.stderr.replace("│", " ").split())
    assert Path("file").read_text() == "mine"


@pytest.mark.parametrize(
    "line", [f"{SCORE} --out shut/r.json", "sample tiny --out shut/d"]
)
def test_folders_that_are_shut(run, tiny_zoo, monkeypatch, line):
    Path("shut").mkdir()
    monkeypatch.setattr(os, "access", lambda place, mode: "shut" not in str(place))
    result = run(*line.split(), code=2)
    text = " ".join(result.stderr.replace("│", " ").split())
    assert "can't be written to" in text


@pytest.mark.parametrize(
    "line",
    [
        f"{SCORE} --out there.json --out new/folders/r.md",
        "sample tiny --out there.png",
        "sample tiny --out new/folder",
        "leaderboard --out folder",
    ],
)
def test_places_that_are_free(run, tiny_zoo, line):
    """What is there is replaced, what is missing made."""
    Path("folder").mkdir()
    for name in ("there.json", "there.png"):
        Path(name).write_text("old")
    assert "The work has begun" in run(*line.split(), code=1).stderr


@pytest.mark.parametrize(
    ("line", "option"),
    [
        (f"train {TRAIN} --out", "--out"),
        (f"tune {TRAIN} --out", "--out"),
        ("sample tiny --out", "--out"),
        ("sample tiny --walk", "--walk"),
        (f"{SCORE} --out", "--out"),
        ("reference make digits:test --out", "--out"),
        ("reference export digits:test --out", "--out"),
        ("leaderboard --out", "--out"),
        ("convert folder.json", "OUT"),
        ("report", "RUN"),
    ],
)
def test_an_unset_variable_is_not_the_folder_one_is_in(run, tiny_zoo, line, option):
    stderr = run(*line.split(), "", code=2).stderr
    text = " ".join(stderr.replace("│", " ").split())
    assert option in text
    assert "must not be empty" in text


def test_a_tilde_that_the_shell_left_is_the_home_folder(run, monkeypatch, tmp_path):
    """As in `--out=~/run`."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    (home / "taken").mkdir(parents=True)
    (home / "file").write_text("mine")
    line = "score tiny --metrics is --num-images 20 --no-verify --out=~/taken"
    assert "must end in" in run(*line.split(), code=2).stderr
    for line in (f"train {TRAIN} --out=~/file", "sample tiny --out=~/file"):
        assert "must be a folder" in run(*line.split(), code=2).stderr
    assert not Path("~").exists()
