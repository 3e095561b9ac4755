"""`keras-gan-zoo reference`: what is made, listed and exported."""

import json

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import images
from keras_gan_zoo.scoring import extractors


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path):
    pixels, _ = kgz.datasets.load("digits", "test[:30]")
    for i, image in enumerate(pixels):
        images.save_png(tmp_path / "mine" / f"{i:02}.png", image)
    return pixels


def listed(run):
    entries = json.loads(run("reference", "list", "--json").stdout)
    return [one for one in entries if "cache" in one["path"]]


def test_make_list_export_and_score(run, folder):
    line = "reference make mine --extractor digits"
    result = run(*line.split())
    assert "folder mine: 30 images, 64 features of digits, computed" in (result.stdout)
    assert "cached" in run(*line.split()).stdout
    (entry,) = listed(run)
    assert (entry["reference"], entry["extractor"]) == ("folder mine", "digits")
    assert (entry["images"], entry["dimensions"]) == (30, 64)
    assert entry["bytes"] > 64 * 64 * 8
    assert "folder mine" in run("reference", "list").stdout

    run("reference", "export", entry["key"][:8], "--out", "new/stats.npz")
    features = extractors.get("digits").extract(folder)["features"].astype("float64")
    with np.load("new/stats.npz") as file:  # as pytorch-fid and clean-fid read it
        np.testing.assert_allclose(file["mu"], features.mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(file["sigma"], np.cov(features.T), atol=1e-4)
    line = "score mine --reference new/stats.npz --extractor digits --num-images all"
    result = run(*line.split(), "--no-verify", "--out", "r.json")
    report = kgz.ScoreReport.load("r.json")
    assert report["fid"] == pytest.approx(0, abs=1e-6)
    assert report.conditions["num_real"] == 30
    # and nobody takes it for statistics of another extractor
    line = line.replace("digits", "fashion")
    assert "the extractor that made them" in run(*line.split(), code=1).stderr


def test_features_for_metrics_that_need_them(run, folder):
    small, large = "reference make mine --extractor digits", " --metrics fid,kid"
    run(*small.split())
    before = listed(run)[0]["bytes"]
    run(*(small + large).split())
    assert listed(run)[0]["bytes"] >= before + 30 * 64 * 4


def test_shipped_statistics(run):
    assert "shipped" in run("reference", "make", "mnist:test").stdout
    assert "fashion_mnist:test" in run("reference", "list").stdout
    run("reference", "export", "mnist:test", "--out", "mnist.npz")
    with np.load("mnist.npz") as file:
        assert file["mu"].shape == (64,)
        assert int(file["count"]) == 10_000


def test_make_and_export_at_once(run, folder):
    line = "reference make mine --extractor digits --out stats.npz"
    run(*line.split())
    with np.load("stats.npz") as file:
        assert {"mu", "sigma", "extractor_sha256"} <= set(file.files)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("make mine", "Which extractor?"),
        ("make nowhere --extractor digits", "nowhere"),
        ("make mine --extractor digits --metrics fdi", "metrics=['fdi']"),
        ("export nothing", "which matches 0 of"),
        ("export mnist", "mnist_train"),
    ],
)
def test_errors_are_texts_on_stderr(run, folder, line, says):
    result = run("reference", *line.split(), code=1)
    assert result.stderr.startswith("Error: ")
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_exported_can_be_read_whatever_it_is_called(run):
    result = run("reference", "export", "mnist:test", "--out", "st")
    assert "Statistics: st.npz" in result.stdout
    images, _ = kgz.datasets.load("digits", "test[:30]")
    np.save("some.npy", images)
    line = "score some.npy --reference st.npz --extractor digits --num-images all"
    run(*line.split(), "--metrics", "fid", "--no-verify")
