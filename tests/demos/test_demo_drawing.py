"""The pictures of a demo are those of `generate`."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageSequence

import keras_gan_zoo as kgz
from keras_gan_zoo.demos.drawing import KEPT, Drawing, code, truncations_of
from keras_gan_zoo.images import grid


def pixels(path):
    return np.atleast_3d(Image.open(path))


def test_a_sheet_has_the_images_of_generate(tiny_gan, tmp_path):
    gan = tiny_gan(channels=3)
    path = Drawing(gan, "me/my gan", tmp_path).sheet(7, 5, truncation=0.5)
    assert path.name == "me_my_gan-seed7-n5-truncation0.5.png"
    made = gan.generate(5, seed=7, truncation=0.5)
    np.testing.assert_array_equal(pixels(path), grid(made))


@pytest.mark.parametrize("label", [None, 2])
def test_a_walk_begins_with_the_sheet_and_comes_back(conditional_gan, tmp_path, label):
    gan = conditional_gan(shape=(8, 8, 3))
    drawing = Drawing(gan, "gan", tmp_path)
    frames = [
        np.asarray(frame.convert("RGB"), int)
        for frame in ImageSequence.Iterator(Image.open(drawing.walk(7, 2, label)))
    ]
    assert len(frames) == 60
    np.testing.assert_array_equal(frames[0], pixels(drawing.sheet(7, 2, label)))
    after = frames[1:] + frames[:1]
    steps = [np.abs(a - b).max() for a, b in zip(frames, after, strict=True)]
    assert max(steps) < np.abs(frames[0] - frames[30]).max()


def test_large_images_are_fewer(tiny_gan, tmp_path):
    small = Drawing(tiny_gan(), "small", tmp_path)
    assert (small.most_images, small.most_moving) == (64, 16)
    with pytest.raises(ValueError, match=r"64 images at once.*n=65"):
        small.sheet(0, 65)
    gan = SimpleNamespace(image_shape=(512, 512, 3), truncates_later=True)
    large = Drawing(gan, "large", tmp_path)
    assert (large.most_images, large.most_moving) == (4, 1)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (0.1, 3.0)),
        ({"latent_distribution": "uniform"}, None),
        ({"latents": kgz.Latents(uniform=4)}, None),
        ({"latents": kgz.Latents(normal=2, categorical=(2,))}, (0.1, 3.0)),
    ],
)
def test_truncation_where_there_is_one(tiny_gan, settings, expected):
    gan = tiny_gan(compiled=False, **settings)
    assert truncations_of(gan) == expected
    if expected:
        gan.generate(1, seed=0, truncation=expected[0])


def test_truncation_of_styles():
    assert truncations_of(SimpleNamespace(truncates_later=True)) == (0.1, 1.0)


def test_old_files_go(tiny_gan, tmp_path):
    drawing = Drawing(tiny_gan(), "gan", tmp_path)
    paths = [drawing.sheet(seed, 1) for seed in range(KEPT + 3)]
    assert paths[-1].is_file()
    assert len(list(tmp_path.iterdir())) == KEPT


def test_the_code_makes_the_same_images(conditional_gan, tmp_path):
    gan = conditional_gan()
    folder = gan.save_to_preset(tmp_path / "gan")
    names = {}
    exec(code(str(folder), 7, 3, 1, 0.5), names)
    expected = gan.generate(3, labels=1, seed=7, truncation=0.5)
    np.testing.assert_array_equal(names["images"], expected)
