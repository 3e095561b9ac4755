"""The tool that scores public checkpoints, end to end on small random ones."""

import importlib
import json
import pathlib

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import zoo

TOOLS = pathlib.Path(__file__).parents[2] / "tools"
FIGURES = {"fid": 7.25, "is": None, "protocol": "50k | train"}


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("score_public")


@pytest.fixture
def rows(tmp_path):
    """Folders stand for the names of checkpoints that are pulled."""
    found, shape = {}, (28, 28, 1)
    gan = kgz.GAN(
        kgz.networks.dense_generator(shape, latent_dim=4, widths=(8,)),
        kgz.networks.dense_discriminator(shape, widths=(8,)),
    )
    for name in ("one", "two"):
        gan.save_to_preset(tmp_path / name)
        found[str(tmp_path / name)] = {
            "source": "Somebody",
            "dataset": "digits" if name == "one" else "faces",
            "scores": FIGURES,
            "licence": "MIT",
            "verified": name == "two",
        }
    return found


def run(tool, rows, out, *more):
    arguments = ("--num-images", "20", "--out", str(out), "--verbose", "0")
    return tool.main([*arguments, *more], rows)


def test_end_to_end(tool, rows, tmp_path, capsys, monkeypatch):
    one, two = rows
    faces = "faces=digits:test"
    out = tmp_path / "results" / "public"

    assert run(tool, rows, out, "--dry-run", "--reference", faces) == 0
    assert f"{one}: Somebody, against digits:train" in capsys.readouterr().out
    assert not out.parent.exists()

    rows = {**rows, "nowhere": {"dataset": "digits"}}
    assert run(tool, rows, out) == 1  # for what is nowhere, not for faces
    text = out.with_suffix(".md").read_text()
    assert "| MIT | no reference for faces |" in text
    assert "| `nowhere` | - | digits | FID | - | - | - | digits:train | - |" in text
    assert "50k \\| train | MIT | not verified |" in text
    found = json.loads(out.with_suffix(".json").read_text())
    fid = found[one]["report"]["scores"]["fid"]
    assert f"| FID (digits) | 7.25 | {fid:.2f} |" in text
    assert found["nowhere"]["error"].startswith(("ValueError", "FileNotFoundError"))

    del rows["nowhere"]
    loaded = []
    load = zoo.public_scores.GAN.from_preset
    monkeypatch.setattr(
        zoo.public_scores.GAN,
        "from_preset",
        lambda name: loaded.append(name) or load(name),
    )
    capsys.readouterr()
    assert run(tool, rows, out, "--reference", faces) == 0
    assert loaded == [two]  # the other one was done
    assert f"{one}: done before" in capsys.readouterr().out
    run(tool, rows, out, "--only", one, "--again")
    assert loaded == [two, one]


def test_names_and_references_are_checked(tool, rows, tmp_path, capsys):
    with pytest.raises(ValueError, match=r"public checkpoints are .* Received: nope"):
        run(tool, rows, tmp_path / "out", "--only", "nope")
    with pytest.raises(SystemExit):
        run(tool, rows, tmp_path / "out", "--reference", "faces")
    assert "DATASET=REFERENCE. Received: faces" in capsys.readouterr().err


def test_a_row_may_name_its_reference():
    rows = {"a": {"dataset": "cifar10", "reference": "cifar10:test"}}
    assert zoo.planned(rows) == {"a": "cifar10:test"}
