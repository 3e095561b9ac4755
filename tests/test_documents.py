"""The documents: their Python runs block after block, and their tables are true."""

import pathlib
import re
import tomllib

import numpy as np
import pytest
import typer
from conversion.on_loopback import small_r3gan
from typer.testing import CliRunner

import keras_gan_zoo as kgz
from keras_gan_zoo import demos, presets, zoo
from keras_gan_zoo_cli import app

ROOT = pathlib.Path(__file__).parents[1]
DOCUMENTS = ["README.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]


def run_blocks(name, names=None, quicker=()):
    """Run the Python blocks of a document in one namespace, which is returned.

    `quicker` are pairs of texts: what stands there, and what is run in its place.
    """
    text = (ROOT / name).read_text("utf-8")
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", text, re.S))
    assert blocks
    for slow, quick in quicker:
        assert slow in blocks
        blocks = blocks.replace(slow, quick)
    names = dict(names or {})
    exec(compile(blocks, name, "exec"), names)
    return names


def shell_lines(name):
    """The lines of a document's shell blocks, without comments."""
    text = (ROOT / name).read_text("utf-8")
    blocks = "\n".join(re.findall(r"```bash\n(.*?)```", text, re.S))
    lines = [line.partition(" #")[0].strip() for line in blocks.splitlines()]
    return [line for line in lines if line]


def run_lines(name, quicker):
    """Run the `keras-gan-zoo` lines of a document's shell blocks, one after another.

    `quicker` are pairs of texts: with what a line begins, and what is added to it.
    """
    lines = [line for line in shell_lines(name) if line.startswith("keras-gan-zoo ")]
    assert lines
    for line in lines:
        line = line.removeprefix("keras-gan-zoo ")
        added = "".join(more for start, more in quicker if line.startswith(start))
        result = CliRunner().invoke(app, f"{line} {added}".split())
        assert result.exit_code == 0, f"{line}: {result.output}"


def my_images(folder, images):
    for i, image in enumerate(images):
        kgz.images.save_png(folder / "my_images" / f"{i}.png", image)


@pytest.mark.once
def test_the_shell_lines_of_the_readme_run(tmp_path, monkeypatch, digits):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demos, "demo", lambda *_, **__: None)  # which goes on and on
    my_images(tmp_path, digits[:10])
    run_lines(
        "README.md",
        [
            ("sample dcgan_mnist --out digits/", "--num 3"),
            ("train", "--epochs 1 --batch-size 2 --discriminator-widths 4"),
        ],
    )
    for name in ("digits.png", "walk.gif", "samples.png", "digits/0002.png"):
        assert (tmp_path / name).is_file()


@pytest.mark.once
def test_the_shell_lines_of_scoring_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pushed = []
    monkeypatch.setattr(
        kgz.presets, "upload_preset", lambda *names, **_: pushed.append(names)
    )
    kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,)).save_to_preset(
        "my_gan"
    )
    run_lines("docs/scoring.md", [("score", "--num-images 30 --no-verify")])
    assert pathlib.Path("my_gan/README.md").is_file()
    assert len(pushed) == 1


@pytest.mark.once
def test_the_lines_of_the_demo_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown, pushed = [], []
    monkeypatch.setattr(demos, "demo", lambda preset, **_: shown.append(preset))
    monkeypatch.setattr(
        kgz.presets, "upload_preset", lambda *names, **_: pushed.append(names)
    )
    kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,)).save_to_preset(
        "my_gan"
    )
    run_lines("docs/demo.md", [("publish", "--no-score")])
    run_blocks("docs/demo.md")
    assert shown == ["dcgan_mnist", "./my_gan", "dcgan_mnist"]
    assert pushed == [("hf://me/my_gan", pathlib.Path("my_gan"))]
    assert pathlib.Path("my_space/app.py").is_file()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_in_the_text_have_these_options(name):
    """Also those that no test runs."""
    text = (ROOT / name).read_text("utf-8")
    group = typer.main.get_command(app)
    for line in re.findall(r"keras-gan-zoo ((?:[a-z-]|--)[^`#\n]*)", text):
        words = line.split()
        command = group
        while words and words[0] in getattr(command, "commands", ()):
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        known.add("--help")
        assert {word for word in words if word.startswith("--")} <= known, line
        assert command is not group or words[0].startswith("--"), line


def test_what_the_readme_installs_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "README.md").read_text("utf-8")
    extras = re.findall(r"'\.\[(\w+)\]'", text)
    assert {"tensorflow", "jax", "torch"} <= set(extras)
    assert set(extras) <= set(project["optional-dependencies"])
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(re.findall(r"\bmake ([\w-]+)", text)) <= {*targets, "test-all"}
    for script in re.findall(r"python (\S+\.py)", text):
        assert (ROOT / script).is_file()


@pytest.mark.once
def test_tuning_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    narrow = "generator_widths=[2], discriminator_widths=[2]"
    names = run_blocks(
        "docs/tuning.md",
        quicker=[
            ("[:8000]", "[:64]"),
            ("epochs=5", f"epochs=1, {narrow}"),
            (
                "tuning.GANHyperModel(recipe, space)",
                "tuning.GANHyperModel(recipe, space, 50)",
            ),
            ("max_trials=10", "max_trials=2"),
        ],
    )
    assert names["best"]["arguments"]["loss"] in names["space"]["loss"]
    assert names["gan"].generate(1, seed=0).shape == (1, 28, 28, 1)
    run_lines(
        "docs/tuning.md",
        [
            ("tune", "--trials 1 --num-images 50 --epochs 1 --data digits:train[:64]"),
            ("train", "--epochs 1 --generator-widths 2 --discriminator-widths 2"),
        ],
    )


@pytest.mark.once
def test_scoring_runs(capsys):
    run_blocks("docs/scoring.md")
    assert "FID (digits)" in capsys.readouterr().out


def test_the_readme_runs(tmp_path, monkeypatch, digits):
    monkeypatch.chdir(tmp_path)
    my_images(tmp_path, digits[:10])
    pushed = []
    monkeypatch.setattr(presets, "upload_preset", lambda *names: pushed.append(names))
    networks = {
        "generator": kgz.networks.dense_generator((28, 28, 1), widths=(8,)),
        "discriminator": kgz.networks.dense_discriminator((28, 28, 1), widths=(8,)),
    }
    with small_r3gan(tmp_path, monkeypatch):
        names = run_blocks(
            "README.md",
            networks,
            quicker=[
                (
                    "cats = public.generate(64, labels=3",
                    "cats = public.generate(4, labels=2",
                ),
                ("WGANGP(image_shape=(64, 64, 3))", "WGANGP(image_shape=(28, 28, 1))"),
                ("epochs=100", "epochs=1"),
                ("epochs=20", "epochs=1"),
                ('reference="mnist:test",', 'reference="mnist:test", num_images=100,'),
            ],
        )
    assert (tmp_path / "samples" / "epoch_0001.png").is_file()
    images = names["images"]
    assert (images.shape, images.dtype) == ((64, 28, 28, 1), np.uint8)
    assert kgz.ScoreReport.load("my_gan/scores.json") == names["report"]
    assert "FID (digits)" in pathlib.Path("my_gan/README.md").read_text()
    assert pushed == [("hf://me/my_gan", "./my_gan")] * 2


def test_the_families_of_the_readme():
    """If this fails, run `python tools/list_families.py`."""
    written = zoo.read_table(ROOT / "README.md", "families")
    assert written == zoo.families_table()


@pytest.mark.parametrize("name", presets.read_index())
def test_each_entry_is_in_the_readme(name):
    assert f"| `{name}` |" in zoo.read_table(ROOT / "README.md", "zoo-scores")


@pytest.mark.parametrize("name", presets.read_index())
def test_each_entry_is_on_the_leaderboard(name):
    """If this fails, run `keras-gan-zoo leaderboard --out docs/leaderboard`."""
    assert f"| {name} |" in (ROOT / "docs" / "leaderboard.md").read_text()
