"""`keras-gan-zoo sample` of a GAN that makes images by class."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo import images


@pytest.fixture
def gan(conditional_gan, tmp_path):
    gan = conditional_gan()
    gan.save_to_preset(tmp_path / "pets")
    return gan


@pytest.mark.parametrize(
    ("line", "labels", "columns"),
    [
        ("", np.repeat([0, 1, 2], 8), 8),
        ("-n 6 --columns 2", [0, 0, 1, 1, 2, 2], 2),
        ("--labels cat", [2] * 64, None),
        ("--labels 1 -n 4", [1] * 4, None),
        ("--labels cat,ant,0 --columns 3", np.repeat([2, 0, 0], 3), 3),
    ],
)
def test_a_row_a_class(run, gan, line, labels, columns):
    run("sample", "pets", *line.split(), "--seed", 5, "--out", "x.png")
    with Image.open("x.png") as picture:
        pixels = np.asarray(picture)
    made = gan.generate(len(labels), labels=np.array(labels), seed=5)
    expected = images.grid(made, columns)[..., 0]
    assert pixels.shape == expected.shape
    assert abs(pixels.astype(int) - expected).max() <= 1


@pytest.fixture
def many(conditional_gan, tmp_path):
    names = [f"kind {i}" for i in range(23)]
    gan = conditional_gan(names=names)
    gan.save_to_preset(tmp_path / "many")
    return gan


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("many -n 46", [*range(23)] * 2),
        ("many -n 5", [*range(5)]),
        ("many", [*range(23)] * 8),
        ("many -n 4 --labels 3,22", [3, 22] * 2),
    ],
)
def test_a_folder_has_all_classes_evenly(run, many, line, labels):
    result = run("sample", *line.split(), "--seed", 5, "--out", "folder")
    assert f"{len(labels)} samples" in result.stdout
    assert "the first" not in result.stdout
    files = sorted(Path("folder").iterdir())
    made = many.generate(len(labels), labels=np.array(labels), seed=5)[..., 0]
    for path, expected in zip(files, made, strict=True):
        with Image.open(path) as picture:
            assert abs(np.asarray(picture).astype(int) - expected).max() <= 1


def test_a_sheet_says_that_it_has_not_every_class(run, many):
    text = run("sample", "many", "--out", "x.png").stdout
    assert "160 samples" in text
    assert "the first 20 of 23 classes" in text
    assert "--labels" in text
    text = run("sample", "many", "--out", "x.png", "-n", "16").stdout
    assert "the first 2 of 23 classes" in text
    assert "the first" not in run("sample", "many", "--labels", "1,2").stdout
    words = run("sample", "--help").stdout.replace("│", " ").split()
    assert "in a sheet or a walk the first 20" in " ".join(words)


def test_errors(run, gan, tiny_zoo):
    result = run("sample", "pets", "--labels", "cat,cow", code=1)
    assert "(ant, bee, cat)" in result.stderr
    assert "labels='cow'" in result.stderr
    assert "labels='3'" in run("sample", "pets", "--labels", "3", code=1).stderr
    result = run("sample", "tiny", "--labels", "3", code=1)
    assert "unconditional" in result.stderr
