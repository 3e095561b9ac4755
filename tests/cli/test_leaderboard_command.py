"""`leaderboard`: what it writes, says, and ends with."""

import json
import re
from pathlib import Path

import pytest


def test_the_zoo(run, tmp_path):
    done = run("leaderboard", "--out", "zoo", "--title", "Mine")
    assert done.stdout.startswith("Leaderboard: zoo (")
    assert Path("zoo.md").read_text().startswith("# Mine\n")
    assert "\n| dcgan_mnist |" in Path("zoo.md").read_text()
    assert json.loads(Path("zoo.json").read_text())["problems"] == {}
    assert "<title>Mine</title>" in Path("zoo.html").read_text()


def test_one_that_is_broken(run):
    done = run("leaderboard", "dcgan_mnist", "dcgan_mnits", "--out", "b.md", code=1)
    assert "Leaderboard: b.md (1 models)" in done.stdout
    assert "Not shown: dcgan_mnits: Unknown preset" in done.stderr
    assert [path.name for path in Path().iterdir()] == ["b.md"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["no_such_gan"], 1, "No scored model could be read"),
        (["--author", "a/b"], 1, "--author must be the name of a user"),
    ],
)
def test_errors(line, code, said, run):
    done = run("leaderboard", *line, code=code)
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize("out", [".", "..", "board.html"])
def test_a_folder_is_refused_before_anything_is_read(run, tiny_zoo, tmp_path, out):
    (tmp_path / "board.html").mkdir()
    text = run("leaderboard", "tiny", "--out", out, code=1).stderr
    assert re.match(r"Error: (A file|--out).*must (have a|be the) name", text)
