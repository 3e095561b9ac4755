"""`keras-gan-zoo score`: reports in every form, gates, exit codes."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from pictures import write

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import weights_sha256
from keras_gan_zoo.scoring.second_opinion import tfgan

QUICK = "--reference digits:test --num-images 30 --seed 2 --no-verify"
QUIET = QUICK.split()


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


def test_attaches_also_where_a_report_could_not_be_saved(run, preset, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "r.json")

    monkeypatch.setattr(kgz.ScoreReport, "save", full)
    monkeypatch.setattr("keras_gan_zoo.cards.attach_report", lambda *_: "attached")
    found = run("score", preset, *QUICK.split(), "--out", "r.json", "--attach", code=1)
    assert "Report: attached" in found.stdout
    assert "No space left on device: r.json" in found.stderr


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
    line = "--reference digits:test --num-images all --metrics fid --no-verify"
    run("score", "digits.npz", *line.split(), "--out", "r.json")
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


# === What is scored against what ===


def test_the_reference_is_that_of_the_recipe(run, preset):
    line = "--num-images 20 --no-verify --out r.json"
    run("score", preset, *line.split())
    assert kgz.ScoreReport.load("r.json").conditions["reference"] == "digits:test"


@pytest.mark.parametrize("recipe", [None, '{"data": "faces:train"}', "{"])
@pytest.mark.parametrize("attach", [[], ["--attach"]])
def test_without_one_it_is_asked_for(run, preset, recipe, attach):
    (preset / "recipe.json").unlink()
    if recipe:
        (preset / "recipe.json").write_text(recipe)
    line = ["--metrics", "fid", "--num-images", "20", "--no-verify", *attach]
    found = run("score", preset, *line, code=1)
    assert "which real images" in found.stderr
    assert found.stdout == ""
    assert not (preset / "scores.json").exists()
    np.savez("fake.npz", np.zeros((20, 28, 28, 1), "uint8"))
    assert "which real images" in run("score", "fake.npz", *line[:5], code=1).stderr


def test_files_of_images_on_both_sides(run):
    images, _ = kgz.datasets.load("digits", "test[:40]")
    np.save("fake.npy", images / np.float32(255))
    np.savez("real.npz", images[:30])
    line = "--reference real.npz --extractor digits --num-images all --no-verify"
    line += " --metrics fid,fid_infinity --out r.json --value-range 0,1"
    run("score", "fake.npy", *line.split())
    report = kgz.ScoreReport.load("r.json")
    expected = kgz.score(
        *(images, images[:30], ["fid"], "digits", None), verify=False, verbose=0
    )
    assert report["fid"] == pytest.approx(expected["fid"], rel=1e-6)
    assert report.conditions["reference"] == "file real.npz"
    assert report.conditions["infinity_method"] == "halves"
    run("score", "fake.npy", *line.split(), "--infinity-method", "paper")
    assert kgz.ScoreReport.load("r.json").conditions["infinity_method"] == "paper"


def test_a_run_is_called_by_its_folder(run, preset):
    shutil.copytree(preset, "runs/faces/preset")
    found = run("score", "runs/faces/preset", *QUIET)
    assert "30 samples of faces against" in found.stdout


def test_a_collapsed_generator_prints_json_alone(tmp_path, monkeypatch):
    """In a process of its own, since LAPACK prints past Python."""
    monkeypatch.chdir(tmp_path)
    np.savez("black.npz", np.zeros((60, 28, 28, 1), "uint8"))
    line = "--metrics fid --num-images all --no-verify --json --reference digits:test"
    command = [sys.executable, "-m", "keras_gan_zoo_cli", "score", "black.npz"]
    done = subprocess.run(
        [*command, *line.split()], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["scores"]["fid"] > 0


def test_what_libraries_print_is_not_in_the_json(run, tiny_zoo, monkeypatch, capfd):
    def loud(*args, **kwargs):
        print("from Python")
        os.write(1, b"from C\n")
        return score(*args, **kwargs)

    score = kgz.score
    monkeypatch.setattr(kgz, "score", loud)
    found = run("score", "tiny", *QUIET, "--json")
    jsonschema.validate(json.loads(found.stdout), kgz.ScoreReport.schema())
    assert "from Python" in found.stderr
    assert "from C" not in capfd.readouterr().out
    os.write(1, b"as before")
    assert capfd.readouterr().out == "as before"


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


def test_gates_have_the_units_of_the_table(run, tiny_zoo):
    line = [*QUICK.split(), "--metrics", "kid", "--out", "r.json", "--max"]
    missed = run("score", "tiny", *line, "kid=50", code=3)
    value = 1000 * kgz.ScoreReport.load("r.json")["kid"]
    assert f"{value:.3f}" in missed.stdout
    said = f"Gate missed: KID x 1e3 (digits) is {value:.6g}, above 50."
    assert missed.stderr == f"{said}\n"
    run("score", "tiny", *line, f"kid={value + 1:.0f}")
    text = run("score", "--help").stdout.replace("│", " ")
    assert "kid=50 is of KID x 1e3" in " ".join(text.split())


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
        ("--value-range 0", "two numbers"),
        ("--value-range black,white", "two numbers"),
        ("--infinity-method thirds", "thirds"),
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


def test_what_is_attached_is_of_the_folder_not_of_its_namesake(run, preset):
    mine = shutil.move(preset, "tiny")  # as the zoo's entry
    kgz.MLPGAN(generator_widths=(8,), discriminator_widths=(8,)).save_to_preset(mine)
    line = "--reference digits:test --num-images 20 --no-verify --attach"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        run("score", "tiny", *line.split())
    scores = json.loads(Path("tiny", "scores.json").read_text())
    gan = kgz.GAN.from_preset("./tiny")
    assert scores["conditions"]["generator_sha256"] == weights_sha256(gan.ema_generator)


def test_folders_are_prepared(run, preset, tmp_path):
    for index in range(12):
        write(tmp_path / "photos" / f"{index}.png", "L", size=(30 + index, 40))
    line = (
        f"score {preset} --reference photos --num-images 12 --metrics fid --no-verify"
    )
    line += " --extractor digits"
    assert "Pass an --image-size" in run(*line.split(), code=1).stderr
    made = run(*line.split(), "--image-size", 28, "--crop", "--out", "r.json")
    assert "12 images 28x28x1" in made.stderr
    conditions = json.loads(Path("r.json").read_text())["conditions"]
    assert conditions["reference_preparation"]["crop_to_aspect_ratio"]
    assert conditions["reference"] == "folder photos:train"


def test_files_and_named_data_sets_are_prepared_like_folders(run, tmp_path):
    """They were scored as they are, without a word."""
    for index in range(12):
        write(tmp_path / "photos" / f"{index}.png", "L", size=(28, 28))
    shutil.make_archive("photos", "zip", tmp_path / "photos")
    np.save("photos.npy", kgz.datasets.load(tmp_path / "photos")[0])
    line = "--metrics fid --no-verify --num-images all --extractor pixels"
    line += " --image-size 8 --reference"
    found = {
        (source, reference): json.loads(
            run("score", source, *line.split(), reference, "--json").stdout
        )
        for source in ("photos", "photos.zip", "photos.npy")
        for reference in ("photos", "photos.zip", "photos.npy", "digits:test[:20]")
    }
    for (_, reference), report in found.items():
        assert report["conditions"]["image_shape"] == [8, 8, 1]
        same = found["photos", "photos" if "photos" in reference else reference]
        assert report["scores"] == same["scores"]


def test_what_a_named_data_set_has_already_leaves_it_its_name(run, tmp_path):
    for index in range(12):
        write(tmp_path / "photos" / f"{index}.png", "L", size=(30, 40))
    line = "score photos --reference digits:test[:20] --metrics fid --num-images all"
    made = run(*line.split(), "--no-verify", "--image-size", 28, "--json")
    conditions = json.loads(made.stdout)["conditions"]
    assert conditions["reference"] == "digits:test[:20]"
    assert conditions["extractor"] == "digits"


def test_a_folder_with_splits_is_scored_whole_however_it_is_prepared(run, tmp_path):
    for index in range(12):
        split = ("train", "test")[index % 2]
        write(tmp_path / "photos" / split / f"{index}.png", "L", size=(28, 28))
    line = "score photos --reference digits:test[:20] --metrics fid --num-images all"
    for more in ([], ["--image-size", "28"]):
        made = run(*line.split(), "--no-verify", "--json", *more)
        conditions = json.loads(made.stdout)["conditions"]
        assert (conditions["num_fake"], conditions["source"]) == (12, "folder photos")


def test_the_command_of_a_card_repeats_scores_of_prepared_images(run, preset, tmp_path):
    """As the example of `score --help`: score, card, the card's commands."""
    for number, image in enumerate(kgz.datasets.load("digits", "test[:40]")[0]):
        large = np.pad(image.repeat(2, 0).repeat(2, 1), ((0, 0), (6, 6), (0, 0)))
        kgz.images.save_png(tmp_path / "photos" / f"{number:02}.png", large)
    line = "--reference ./photos --image-size 28 --crop --extractor digits"
    more = "--num-images 30 --splits 3 --repeats 2 --seed 1 --no-verify"
    run("score", preset, *line.split(), *more.split(), "--attach")
    report = kgz.ScoreReport.load(preset / "scores.json")
    assert report.conditions["is_splits"] == 3
    run("card", preset, "--overwrite")
    words = " ".join((preset / "README.md").read_text().split())
    again, check = re.findall(r"`keras-gan-zoo ((?:score|verify) [^`]*)`", words)
    given = [*again.replace("FOLDER", "photos").split(), "--no-verify"]
    run(*given, "--out", "again.json")
    assert dict(kgz.ScoreReport.load("again.json")) == pytest.approx(dict(report))
    result = run(*check.replace("FOLDER", "photos").split())
    assert "The card holds." in result.stdout
