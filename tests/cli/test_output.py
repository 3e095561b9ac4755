"""What is printed can be read: on any terminal, in any encoding, in a pipe."""

import json
import os
import shutil
import subprocess
import sys

import keras
import pytest

from keras_gan_zoo import conversion, presets, zoo
from keras_gan_zoo_cli import output

pytestmark = pytest.mark.once
LISTS = {
    "zoo": zoo.list_entries,
    "public": conversion.public_checkpoints,
    "families": zoo.list_families,
}


@pytest.fixture
def printed(monkeypatch, capsys):
    """The lines of a list of the package's own, on a terminal or in a pipe."""

    def printed(name, width):
        monkeypatch.setattr(output, "is_live", lambda: width is not None)
        monkeypatch.setenv("COLUMNS", str(width))
        rows = LISTS[name]()
        getattr(output, name)(rows)
        return rows, capsys.readouterr().out.splitlines()

    return printed


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200, None])
@pytest.mark.parametrize("name", LISTS)
def test_lists_fit_and_keep_the_names_whole(printed, name, width):
    rows, lines = printed(name, width)
    assert max(map(len, lines)) <= (width or 200)
    assert "…" not in "".join(lines)
    first = [line.split(" ")[0] for line in lines]
    assert [word for word in first if word in rows] == list(rows)


@pytest.mark.parametrize("width", [80, None])
def test_the_zoo_at_a_glance(printed, width):
    rows, lines = printed("zoo", width)
    assert len(lines) < 2 * len(rows)
    (line,) = (line.split() for line in lines if line.startswith("acgan_mnist "))
    said = "acgan_mnist ACGAN 28x28x1 10 FID (digits) 0.73 469k"
    assert " ".join(line[:8]) == said


def test_what_has_no_room_is_named(printed):
    _, lines = printed("public", 80)
    assert "Too narrow for: tried, layout. --json has everything." in lines
    assert "Too narrow for: second score" in printed("zoo", 80)[1][-1]
    assert not any("Too narrow" in line for line in printed("public", None)[1])


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ({"IS (digits)": 9.1, "FID (digits)": 120.0}, "FID (digits) 120.00"),
        ({"IS (digits)": 9.1, "FID (digits)": 120.0}, "IS (digits) 9.10"),
        ({"KID (pixels)": 0.00123}, "KID (pixels) 0.0012"),
        ({}, "5.0M"),
    ],
)
def test_the_scores_of_an_entry(capsys, scores, says):
    row = {"family": "GAN", "data": "d", "parameters": 5_000_000, "scores": scores}
    output.zoo({"mine": row})
    assert says in capsys.readouterr().out


def test_long_words_in_tables_are_folded(monkeypatch, capsys):
    monkeypatch.setattr(output, "is_live", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    output.facts({"sha": "0123456789abcdef" * 4})
    text = capsys.readouterr().out
    assert "…" not in text
    assert text.count("e") == 4


# === Streams ===


def shell(line, *arguments, **environment):
    """Run `line` in a shell, where "$@" is the program with its arguments."""
    program = [sys.executable, "-m", "keras_gan_zoo_cli", *map(str, arguments)]
    environment = {**os.environ, "KERAS_BACKEND": keras.config.backend(), **environment}
    return subprocess.run(
        ["sh", "-c", line, "sh", *program],
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_streams_may_be_closed(closed):
    done = shell(f'"$@" {closed}', "list")
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr
    assert ("dcgan_mnist" in done.stdout) == (closed == "2>&-")
    assert shell(f'"$@" {closed}', "show", "nope").returncode == 1


def test_json_with_closed_errors():
    line = ["--metrics", "is", "--num-images", "20", "--no-verify", "--json"]
    done = shell('"$@" 2>&-', "score", "dcgan_mnist", *line)
    assert json.loads(done.stdout)["scores"]["is"] > 1


@pytest.mark.parametrize("arguments", [["list"], ["list", "--families"], ["--help"]])
def test_letters_that_an_encoding_lacks(arguments):
    done = shell('"$@"', *arguments, PYTHONIOENCODING="ascii", COLUMNS="60")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


def test_strangers_letters_that_an_encoding_lacks(tmp_path):
    gan = shutil.copytree(presets.index.zoo_folder() / "wgan_mnist", tmp_path / "gan")
    recipe = json.loads((gan / "recipe.json").read_text())
    text = json.dumps({**recipe, "license": "caf\u00e9 \u2026"})
    (gan / "recipe.json").write_text(text)
    done = shell('"$@"', "show", gan, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "caf? ?" in done.stdout
