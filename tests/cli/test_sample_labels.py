"""`keras-gan-zoo sample` of a GAN that makes images by class."""

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


def test_errors(run, gan, tiny_zoo):
    result = run("sample", "pets", "--labels", "cat,cow", code=1)
    assert "(ant, bee, cat)" in result.stderr
    assert "labels='cow'" in result.stderr
    assert "labels='3'" in run("sample", "pets", "--labels", "3", code=1).stderr
    result = run("sample", "tiny", "--labels", "3", code=1)
    assert "unconditional" in result.stderr
