"""Image files: what each format keeps, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo.pictures import save_image, save_images, save_moving

RNG = np.random.default_rng(0)


def image(channels=3):
    return RNG.integers(0, 256, (9, 7, channels), dtype="uint8")


@pytest.mark.parametrize("ending", ["png", "webp"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_formats_without_loss(tmp_path, ending, channels):
    made = image(channels)
    if channels in (2, 4):
        made[..., -1] = 255  # WebP drops the colour of what can't be seen
    path = save_image(tmp_path / "new" / f"x.{ending}", made)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert(mode)).reshape(made.shape)
    np.testing.assert_array_equal(pixels, made)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_jpeg(tmp_path):
    smooth = np.tile(np.arange(64, dtype="uint8")[:, None, None], (1, 64, 3))
    with Image.open(save_image(tmp_path / "x.jpg", smooth)) as picture:
        assert picture.format == "JPEG"
        assert abs(np.asarray(picture).astype(int) - smooth).mean() < 2
    with pytest.raises(ValueError, match="no alpha"):
        save_image(tmp_path / "x.jpg", image(4))


@pytest.mark.parametrize(
    ("name", "channels"),
    [*(("x.gif", channels) for channels in (1, 2, 3, 4)), ("x.webp", 1), ("x.webp", 4)],
)
def test_moving_images(tmp_path, name, channels):
    frames = [np.full((9, 7, channels), value, "uint8") for value in (0, 90, 250)]
    with Image.open(save_moving(tmp_path / name, frames, seconds=0.2)) as picture:
        assert picture.n_frames == 3
        values = []
        for number in range(3):
            picture.seek(number)
            picture.load()
            assert picture.info["duration"] == 200
            values.append(np.asarray(picture.convert("L")).mean())
    np.testing.assert_allclose(values, [0, 90, 250], atol=3)


def test_names_sort_as_the_images_do(tmp_path):
    paths = save_images(tmp_path / "new", [image()] * 3)
    assert [path.name for path in paths] == ["0000.png", "0001.png", "0002.png"]


def test_refuses(tmp_path):
    with pytest.raises(ValueError, match=r"\.png, \.jpg, \.jpeg, \.webp"):
        save_image(tmp_path / "x.bmp", image())
    with pytest.raises(ValueError, match=r"\.gif"):
        save_moving(tmp_path / "x.png", [image()])
    with pytest.raises(ValueError, match="uint8"):
        save_image(tmp_path / "x.png", image() / 255)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError, match=r"mine\.txt"):
        save_images(tmp_path, [image()])
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
