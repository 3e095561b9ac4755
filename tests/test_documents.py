"""The documents: their Python runs block after block, and their tables are true."""

import pathlib
import re

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import presets, zoo

ROOT = pathlib.Path(__file__).parents[1]


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


def test_scoring_runs(capsys):
    run_blocks("docs/scoring.md")
    assert "FID (digits)" in capsys.readouterr().out


def test_the_readme_runs(tmp_path, monkeypatch, digits):
    monkeypatch.chdir(tmp_path)
    for i, image in enumerate(digits[:10]):
        kgz.images.save_png(tmp_path / "my_images" / f"{i}.png", image)
    pushed = []
    monkeypatch.setattr(presets, "upload_preset", lambda *names: pushed.append(names))
    networks = {
        "generator": kgz.networks.dense_generator((28, 28, 1), widths=(8,)),
        "discriminator": kgz.networks.dense_discriminator((28, 28, 1), widths=(8,)),
    }
    names = run_blocks(
        "README.md",
        networks,
        quicker=[
            ("epochs=20", "epochs=1"),
            ('reference="mnist:test",', 'reference="mnist:test", num_images=100,'),
        ],
    )
    assert (tmp_path / "samples" / "epoch_0001.png").is_file()
    images = names["images"]
    assert (images.shape, images.dtype) == ((64, 28, 28, 1), np.uint8)
    assert kgz.ScoreReport.load("my_gan/scores.json") == names["report"]
    assert "FID (digits)" in pathlib.Path("my_gan/README.md").read_text()
    assert pushed == [("hf://me/my_gan", "./my_gan")]


def test_the_families_of_the_readme():
    """If this fails, run `python tools/list_families.py`."""
    written = zoo.read_table(ROOT / "README.md", "families")
    assert written == zoo.families_table()


@pytest.mark.parametrize("name", presets.read_index())
def test_each_entry_is_in_the_readme(name):
    assert f"| `{name}` |" in zoo.read_table(ROOT / "README.md", "zoo-scores")
