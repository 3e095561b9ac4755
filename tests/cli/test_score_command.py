"""`keras-gan-zoo score`: reports in every form, gates, exit codes."""

import csv
import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.scoring.second_opinion import tfgan

QUICK = "--reference digits:test --num-images 30 --seed 2 --no-verify"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def preset(tiny_zoo, tmp_path):
    folder = shutil.copytree(tiny_zoo / "tiny", tmp_path / "my_gan")
    (folder / "scores.json").unlink()
    return folder


def test_prints_saves_and_attaches(run, preset):
    result = run("score", preset, *QUICK.split(), "--out", "r/report.json", "--attach")
    assert "FID (digits)" in result.stdout
    assert "30 samples of my_gan against 1,000 of digits:test" in result.stdout
    saved = kgz.ScoreReport.load("r/report.json")
    assert saved == kgz.ScoreReport.load(preset / "scores.json")
    expected = kgz.score(
        preset, "digits:test", num_images=30, seed=2, verify=False, verbose=0
    )
    assert dict(saved) == pytest.approx(dict(expected))


def test_every_form_of_a_report(run, tiny_zoo):
    forms = [word for s in ("json", "md", "csv") for word in ("--out", f"r.{s}")]
    run("score", "tiny", *QUICK.split(), "--metrics", "is,fid,kid", *forms)
    report = kgz.ScoreReport.load("r.json")
    values = json.loads(Path("r.json").read_text())
    jsonschema.validate(values, kgz.ScoreReport.schema())
    assert "| KID x 1e3 (digits) |" in Path("r.md").read_text()
    with open("r.csv", newline="") as file:
        rows = {row["score"]: float(row["value"]) for row in csv.DictReader(file)}
    assert rows == pytest.approx(dict(report))


def test_json_on_stdout_and_nothing_else(run, tiny_zoo):
    result = run("score", "tiny", *QUICK.split(), "--json", "--out", "r.json")
    values = json.loads(result.stdout)
    jsonschema.validate(values, kgz.ScoreReport.schema())
    assert values == json.loads(Path("r.json").read_text())
    assert "Report: r.json" in result.stderr


def test_one_metric(run, tiny_zoo):
    line = "--metrics is --num-images 20 --no-verify --out r.json"
    run("score", "tiny", *line.split())
    assert set(kgz.ScoreReport.load("r.json")) == {"is", "is_std"}


def test_all_of_a_file(run):
    images, _ = kgz.datasets.load("digits", "test[:40]")
    np.savez("digits.npz", images=images)
    line = "--num-images all --metrics fid --no-verify --out r.json"
    run("score", "digits.npz", *line.split())
    assert kgz.ScoreReport.load("r.json").conditions["num_fake"] == 40


def test_extractors_by_name(run, tiny_zoo):
    line = "--extractor fashion --reference digits:test --num-images 20 --no-verify"
    assert "FID (fashion)" in run("score", "tiny", *line.split()).stdout


def test_a_device(run, tiny_zoo):
    line = "--device cpu,cpu --metrics fid --out r.json"
    run("score", "tiny", *QUICK.split(), *line.split())
    two = kgz.ScoreReport.load("r.json")
    run("score", "tiny", *QUICK.split(), "--metrics", "fid", "--out", "r.json")
    assert two["fid"] == pytest.approx(kgz.ScoreReport.load("r.json")["fid"], rel=1e-4)


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ("--max-fid 0.001", "Gate missed: FID (digits) is"),
        ("--max fid=0.001", "above 0.001"),
        ("--min is=9.9", "Gate missed: IS (digits) is"),
        ("--max-fid 0.001 --min is=9.9", "; IS (digits) is"),
    ],
)
def test_a_gate_that_is_missed(run, preset, gate, says):
    line = [*QUICK.split(), *gate.split(), "--out", "r.json", "--attach"]
    result = run("score", preset, *line, code=3)
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert Path("r.json").is_file()  # to look at
    assert not (preset / "scores.json").exists()  # but not to publish


def test_gates_that_hold(run, tiny_zoo):
    line = [*QUICK.split(), *["--max-fid", "1e6", "--max", "fid=1e6", "--min", "is=1"]]
    assert "Gate" not in run("score", "tiny", *line).output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--metrics is --max-fid 3", "one of the --metrics"),
        ("--max fid=low", "a metric and a number"),
        ("--max fid", "a metric and a number"),
        ("--max fid=nan", "finite"),
        ("--min recall=0.5", "one of the --metrics"),
        ("--out report.txt", ".json, .md, .csv"),
        ("--num-images many", "is neither a number"),
        ("--resizer nearest", "nearest"),
        ("--extractor-weights nowhere.pth", "nowhere.pth"),
    ],
)
def test_wrong_usage(run, tiny_zoo, line, says):
    result = run("score", "tiny", *QUICK.split(), *line.split(), code=2)
    assert says in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--extractor inceptoin", "'digits'"),
        ("--extractor digits --resizer clean", "takes the options"),
        ("--extractor-weights no.pth", "no.pth"),
        ("--device gpu:17", "gpu:17"),
        ("--num-images 5", "At least 10 images"),
    ],
)
def test_errors_are_texts_on_stderr(run, tiny_zoo, line, says):
    Path("no.pth").write_bytes(b"no weights")
    result = run("score", "tiny", *QUICK.split(), *line.split(), code=1)
    assert result.stderr.startswith("Error: ")
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_publishing_verifies(run, preset, monkeypatch):
    line = ["--reference", "digits:test", "--num-images", "30", "--attach"]
    monkeypatch.setattr(tfgan, "PACKAGES", {"no_such_module": "no-such"})
    assert "no-such is not installed" in run("score", preset, *line, code=1).stderr
    assert not (preset / "scores.json").exists()
    run("score", preset, *line, "--no-verify")
    assert (preset / "scores.json").exists()
    run("score", preset, *line[:-1])  # what is not attached may go without
