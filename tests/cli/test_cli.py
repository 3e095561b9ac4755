"""The command line as its user sees it: what is printed, written and returned."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from cli_recipe import RECIPE
from huggingface_hub import metadata_load

import keras_gan_zoo as kgz
from keras_gan_zoo import images


@pytest.fixture
def preset(tiny_zoo, tmp_path):
    return shutil.copytree(tiny_zoo / "tiny", tmp_path / "my_gan")


COMMANDS = ("list", "show", "train", "sample", "score", "card", "publish")
REFERENCE = ("make", "list", "export")


def test_help_names_every_command_and_each_has_an_example(run):
    text = run("--help").stdout
    for command in COMMANDS:
        assert command in text
        assert f"Example: keras-gan-zoo {command}" in run(command, "--help").stdout
    assert "reference" in text
    for command in REFERENCE:
        text = run("reference", command, "--help").stdout
        assert f"Example: keras-gan-zoo reference {command}" in text


@pytest.mark.parametrize("line", ["--help", "score --help"])
def test_help_lists_the_exit_codes(run, line):
    text = " ".join(run(*line.split()).stdout.split())
    for code in ("0 done", "1 failed", "2 wrong usage", "3 a score misses its gate"):
        assert code in text


def test_version(run):
    assert kgz.__version__ in run("--version").stdout


def test_list(run, tiny_zoo):
    text = run("list").stdout
    for part in ("tiny", "MLPGAN", "digits", "FID (digits)", "IS (digits)"):
        assert part in text
    entry = json.loads(run("list", "--json").stdout)["tiny"]
    assert entry["parameters"] == kgz.GAN.from_preset("tiny").generator.count_params()


def test_list_of_families(run):
    text = run("list", "--families").stdout
    for part in ("wgan_gp", "WGANGP", "arXiv:1704.00028", "gradient_penalty"):
        assert part in text
    rows = json.loads(run("list", "--families", "--json").stdout)
    assert rows["dcgan"]["year"] == 2016
    for name in rows:
        assert name in run("train", "--help").stdout


def test_show(run, tiny_zoo):
    text = run("show", "tiny").stdout
    for part in ("MLPGAN", "28x28x1", "minimax", "model.weights.h5", "digits:test"):
        assert part in text
    assert json.loads(run("show", "tiny", "--json").stdout)["family"] == "MLPGAN"


def test_sample_is_what_generate_makes(run, tiny_zoo):
    from PIL import Image

    run("sample", "tiny", "--out", "new/x.png", "-n", 4, "--seed", 7)
    with Image.open("new/x.png") as picture:
        pixels = np.asarray(picture)
    expected = images.grid(kgz.GAN.from_preset("tiny").generate(4, seed=7))[..., 0]
    assert abs(pixels.astype(int) - expected).max() <= 1


def test_card(run, preset):
    (preset / "README.md").unlink()
    assert "README.md" in run("card", preset, "--license", "mit").stdout
    assert metadata_load(preset / "README.md")["license"] == "mit"
    assert "overwrite" in run("card", preset, code=1).stderr
    run("card", preset, "--overwrite", "--handle", "hf://me/g")
    assert 'from_preset("hf://me/g")' in (preset / "README.md").read_text()


def test_train_ends_with_a_preset_and_goes_on_where_it_was(run, tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    for i in range(8):
        pixels = np.full((9, 7, 3), 30 * i, "uint8")
        images.save_png(folder / f"{i}.png", pixels)
    Path("tiny.json").write_text(json.dumps(RECIPE))
    line = ["train", "tiny.json", "--data", "faces", "--batch-size", 4]
    result = run(*line, "--epochs", 1, "--out", "r")
    assert "MLPGAN on faces (9x7x3)" in result.stdout
    assert "keras-gan-zoo sample r/preset" in result.stdout
    first = kgz.MLPGAN.from_preset("r/preset")
    assert first.generate(1, seed=0).shape == (1, 9, 7, 3)
    assert Path("r/samples/epoch_0001.png").is_file()
    # the recipe that travels with the weights names no path
    assert json.loads(Path("r/preset/recipe.json").read_text())["data"] == "faces:train"

    run(*line, "--epochs", 2, "--out", "r")
    epochs = Path("r/log.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in epochs] == ["0", "1"]
    again = run(*line, "--epochs", 2, "--out", "r")  # nothing is left to do
    assert "Trained." in again.stdout
    assert len(Path("r/log.csv").read_text().splitlines()) == 3

    other = run(*line, "--epochs", 2, "--seed", 5, "--out", "r", code=1)
    assert "run of one recipe" in other.stderr


def test_train_from_the_recipe_of_a_preset(run, preset):
    result = run("train", preset, "--out", "again", "--batch-size", 64)
    assert "1 epochs, batch size 64" in result.stdout
    assert kgz.GAN.from_preset("again/preset").get_config()["generator_widths"] == (8,)


def test_a_recipe_builds_optimizers_alone(run, preset):
    path = preset / "recipe.json"
    recipe = json.loads(path.read_text())
    evil = {"class_name": "call", "module": "subprocess", "config": {}}
    recipe["compile"] = {"generator_optimizer": evil}
    path.write_text(json.dumps(recipe))
    assert "may name Keras' optimizers" in run("train", preset, code=1).stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("show nope", "Unknown preset identifier"),
        ("sample nope", "Unknown preset identifier"),
        ("score nope", "Unknown preset identifier"),
        ("score tiny --reference nope:test", "Received"),
        ("score tiny --metrics fdi", "metrics=['fdi']"),
        ("train --family gpt --data digits", "family='gpt'"),
        ("train --family dcgan --data ./nowhere", "nowhere"),
    ],
)
def test_an_error_is_one_line(run, tiny_zoo, line, says):
    result = run(*line.split(), code=1)
    assert result.stderr.startswith("Error: ")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nope",
        "sample",
        "sample tiny -n 0",
        "score tiny --attach",
        "train --family dcgan",
        "train tiny --family dcgan",
        "card nowhere",
        "--backend theano list",
    ],
)
def test_wrong_usage_has_a_code_of_its_own(run, tiny_zoo, line):
    assert "Traceback" not in run(*line.split(), code=2).output


def test_debug_shows_the_traceback(run):
    from typer.testing import CliRunner

    from keras_gan_zoo.cli import app

    result = CliRunner().invoke(app, ["--debug", "show", "nope"])
    assert isinstance(result.exception, ValueError)


def test_interrupted(run, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("keras_gan_zoo.zoo.list_entries", interrupt)
    assert "Interrupted" in run("list", code=130).stderr


def test_another_backend_starts_the_command_over(run, monkeypatch, tiny_zoo):
    started = []

    def execve(program, command, environment):
        started.append((command, environment["KERAS_BACKEND"]))
        raise SystemExit(0)

    monkeypatch.setattr("os.execve", execve)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    mine = keras.config.backend()
    run("--backend", mine, "list")
    assert not started
    other = "jax" if mine != "jax" else "torch"
    monkeypatch.setattr("sys.argv", ["keras-gan-zoo", "--backend", other, "list"])
    run("--backend", other, "list")
    command, backend = started[0]
    assert command[1:] == ["-m", "keras_gan_zoo.cli", "--backend", other, "list"]
    assert backend == other


def test_a_backend_that_is_not_installed(run, monkeypatch, tiny_zoo):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    other = "jax" if keras.config.backend() != "jax" else "torch"
    result = run("--backend", other, "list", code=2)
    assert f"keras-gan-zoo[{other}]" in " ".join(result.stderr.split())


def test_publish_refuses_what_was_not_scored(run, preset):
    (preset / "scores.json").unlink()
    result = run("publish", preset, "hf://me/g", code=1)
    assert "keras-gan-zoo score" in result.stderr
    assert "--no-score" in result.stderr


def test_publish_on_a_hub(preset):
    from hub_server import HubServer

    (preset / "README.md").unlink()
    with HubServer({"hf_secret_me": "me"}) as hub:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HF_")},
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(preset.parent / "home"),
            "HF_TOKEN": "hf_secret_me",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        code = "from keras_gan_zoo.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, "publish", str(preset), "hf://me/g"],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "Published: http" in done.stdout
        assert "hf_secret" not in done.stdout + done.stderr
        pushed = hub.repos["me/g"]
        (commit,) = {pushed.resolve("main")}
        card = pushed.commits[commit]["README.md"].decode()
    assert 'from_preset("hf://me/g")' in card
    assert str(preset.parent) not in card
