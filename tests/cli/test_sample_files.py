"""`keras-gan-zoo sample --out`: its ending says what is written."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.png", "PNG"),
        ("new/x.PNG", "PNG"),
        ("x.jpg", "JPEG"),
        ("x.jpeg", "JPEG"),
        ("x.webp", "WEBP"),
    ],
)
def test_a_sheet(run, tiny_zoo, name, kind):
    result = run("sample", "tiny", "--out", name, "-n", 4, "--seed", 7)
    assert name in result.stdout
    made = kgz.GAN.from_preset("tiny").generate(4, seed=7)
    expected = kgz.images.grid(made)[..., 0].astype(int)
    with Image.open(name) as picture:
        assert picture.format == kind
        pixels = np.asarray(picture.convert("L")).astype(int)
    assert pixels.shape == expected.shape
    assert abs(pixels - expected).mean() < (3 if kind == "JPEG" else 1)


@pytest.mark.parametrize("out", ["many", "many/", "many.d"])
def test_a_folder_of_single_images(run, tiny_zoo, out):
    if out == "many.d":
        Path(out).mkdir()  # a folder's name may look like a file's
    run("sample", "tiny", "--out", out, "--num", 3, "--seed", 7)
    made = kgz.GAN.from_preset("tiny").generate(3, seed=7)
    files = sorted(Path(out).iterdir())
    assert [file.name for file in files] == ["0000.png", "0001.png", "0002.png"]
    for file, image in zip(files, made, strict=True):
        with Image.open(file) as picture:
            assert abs(np.asarray(picture).astype(int) - image[..., 0]).max() <= 1
    run("sample", "tiny", "--out", out, "--num", 3)  # the same ones again
    result = run("sample", "tiny", "--out", out, "--num", 2, code=1)
    assert "0002.png" in result.stderr


@pytest.mark.parametrize("option", ["--out", "--walk"])
def test_a_walk_ends_where_it_began(run, tiny_zoo, option):
    run("sample", "tiny", option, "walk.gif", "-n", 4, "--columns", 2, "--seed", 7)
    first = kgz.images.grid(kgz.GAN.from_preset("tiny").generate(4, seed=7), 2)
    with Image.open("walk.gif") as picture:
        assert picture.format == "GIF"
        assert picture.info["loop"] == 0
        frames = []
        for number in range(picture.n_frames):
            picture.seek(number)
            frames.append(np.asarray(picture.convert("L")).astype(int))
    assert len(frames) > 20
    assert frames[0].shape == first.shape[:2]
    assert abs(frames[0] - first[..., 0]).max() <= 2
    steps = [abs(a - b).mean() for a, b in pairwise(frames)]
    assert abs(frames[-1] - frames[0]).mean() <= 2 * max(steps)


def test_a_walk_keeps_its_classes(run, conditional_gan, tmp_path):
    gan = conditional_gan()
    gan.save_to_preset("pets")
    run("sample", "pets", "--out", "walk.gif", "-n", 3, "--columns", 1)
    expected = kgz.images.grid(gan.generate(3, labels=[0, 1, 2], seed=0), 1)
    with Image.open("walk.gif") as picture:
        first = np.asarray(picture.convert("L")).astype(int)
    assert abs(first - expected[..., 0]).max() <= 2


@pytest.mark.parametrize("name", ["x.bmp", "x.npz", "x.mp4", "x.png.txt"])
def test_other_endings_are_refused_with_the_list(run, tiny_zoo, name):
    text = run("sample", "tiny", "--out", name, code=2).stderr
    for ending in (".png", ".jpg", ".jpeg", ".webp", ".gif", "folder"):
        assert ending in text
    assert not Path(name).exists()


def test_a_walk_may_be_a_webp(run, tiny_zoo):
    run("sample", "tiny", "--walk", "walk.webp", "-n", 1)
    with Image.open("walk.webp") as picture:
        assert picture.format == "WEBP"
        assert picture.n_frames > 20
    assert ".webp" in run("sample", "tiny", "--walk", "walk.png", code=2).stderr


def test_wrong_usage(run, tiny_zoo):
    run("sample", "tiny", "--out", "many", "--columns", 3, code=2)
    run("sample", "tiny", "--seed", -1, code=2)
