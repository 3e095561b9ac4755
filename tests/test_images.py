import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo.images import check_images, grid, save_png, to_uint8

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (5, 8, 6, 1), dtype="uint8")
RGB = RNG.integers(0, 256, (5, 8, 6, 3), dtype="uint8")
UNIT = GREY / 255.0


def refused(*parts, **arguments):
    with pytest.raises(ValueError, match="Received: ") as error:
        check_images(**arguments)
    for part in parts:
        assert part in str(error.value)


def test_uint8_comes_back_as_it_is():
    assert check_images(RGB, (8, 6, 3)) is RGB
    assert check_images(GREY[..., 0]).shape == (5, 8, 6, 1)
    assert check_images(GREY[..., 0], (8, 6, 1)).shape == (5, 8, 6, 1)
    assert check_images(RGB, value_range=(0, 255)).dtype == np.uint8


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_one_to_four_channels(channels):
    images = np.zeros((2, 5, 7, channels), "uint8")
    assert check_images(images, (5, 7, channels)).shape == images.shape
    assert check_images(images).shape == images.shape


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("value_range", [(0, 1), (-1, 1), (0, 255), (-3.5, 2)])
def test_floats_are_scaled(dtype, value_range):
    low, high = value_range
    steps = np.array([low, high, (low + high) / 2], dtype).reshape(3, 1, 1, 1)
    images = check_images(steps, value_range=value_range)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images.ravel(), [-1, 1, 0], atol=1e-3)


def test_uint8_as_float_is_scaled_without_error():
    levels = np.arange(256, dtype="uint8").reshape(-1, 1, 1, 1)
    for value_range, scale in (((0, 255), 1), ((0, 1), 255), ((-1, 1), 127.5)):
        offset = 1 if value_range == (-1, 1) else 0
        images = (levels / scale - offset).astype("float32")
        again = to_uint8(check_images(images, value_range=value_range))
        np.testing.assert_array_equal(again, levels)


def test_rounding_noise_is_clipped():
    images = np.array([1 + 1e-6, -1e-6]).reshape(2, 1, 1, 1)
    assert check_images(images, value_range=(0, 1)).ravel().tolist() == [1, -1]


@pytest.mark.parametrize("dtype", ["uint8", "float32", "bfloat16"])
def test_tensors_of_the_backend(dtype):
    if dtype == "uint8":
        tensor = keras.ops.convert_to_tensor(GREY)
        np.testing.assert_array_equal(check_images(tensor), GREY)
    else:
        tensor = keras.ops.cast(UNIT, dtype)
        images = check_images(tensor, (8, 6, 1), value_range=(0, 1))
        np.testing.assert_allclose(images, 2 * UNIT - 1, atol=0.01)


def test_lists():
    np.testing.assert_array_equal(check_images(list(RGB)), RGB)
    pictures = [Image.fromarray(image) for image in RGB]
    np.testing.assert_array_equal(check_images(pictures), RGB)
    numbers = [[[[0.0], [1.0]]]]
    assert check_images(numbers, value_range=(0, 1)).ravel().tolist() == [-1, 1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite(bad):
    images = UNIT.copy()
    images[3, 2, 1, 0] = bad
    refused("finite", "image 3", "1 values", images=images, value_range=(0, 1))
    refused("finite", images=images)


@pytest.mark.parametrize(
    "shape", [(), (7,), (5, 64), (2, 3, 8, 6, 1), (1, 1, 1, 1, 1, 1)]
)
def test_wrong_rank(shape):
    refused(
        "shape (n, 8, 6, 1)", images=np.zeros(shape, "uint8"), image_shape=(8, 6, 1)
    )
    refused("(n, height, width, channels)", images=np.zeros(shape, "uint8"))


@pytest.mark.parametrize("shape", [(8, 6), (8, 6, 3)])
def test_single_image(shape):
    images = np.zeros(shape, "uint8")
    refused("images[None]", str(shape), images=images)
    refused("images[None]", images=images, image_shape=(8, 6, 3))


@pytest.mark.parametrize(
    ("shape", "image_shape", "hint"),
    [
        ((2, 8, 6, 1), (8, 6, 3), "np.repeat"),
        ((2, 8, 6), (8, 6, 3), "np.repeat"),
        ((2, 8, 6, 4), (8, 6, 3), "images[..., :3]"),
        ((2, 8, 6, 3), (8, 6, 1), "rgb_to_grayscale"),
        ((2, 8, 6, 2), (8, 6, 3), "image_shape=(8, 6, 2)"),
        ((2, 9, 6, 3), (8, 6, 3), "Resize"),
        ((3, 8, 6), (8, 6, 3), "np.moveaxis(images, 0, -1)[None]"),
        ((8, 6, 3, 99), (8, 6, 3), "np.moveaxis(images, -1, 0)"),
        ((2, 48), (8, 6, 1), "images.reshape(-1, 8, 6, 1)"),
        ((2, 144), (8, 6, 3), "images.reshape(-1, 8, 6, 3)"),
        ((2, 8, 7, 3), (8, 6, 3), "image_shape=(8, 7, 3)"),
    ],
)
def test_wrong_shape(shape, image_shape, hint):
    images = np.zeros(shape, "uint8")
    refused(hint, str(shape), images=images, image_shape=image_shape)


@pytest.mark.parametrize("shape", [(2, 8, 6, 5), (2, 5, 8, 6), (2, 8, 6, 0)])
def test_number_of_channels(shape):
    refused(str(shape), images=np.zeros(shape, "uint8"))


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_may_come_first_where_nothing_else_fits(channels):
    images = np.arange(2 * 8 * 6 * channels, dtype="uint8").reshape(2, 8, 6, channels)
    first = np.moveaxis(images, -1, 1)
    for image_shape in (None, (8, 6, channels)):
        np.testing.assert_array_equal(check_images(first, image_shape), images)
    square = np.arange(54, dtype="uint8").reshape(2, 3, 3, 3)
    np.testing.assert_array_equal(check_images(square, (3, 3, 3)), square)


@pytest.mark.parametrize(
    ("low", "high", "guess"),
    [(0, 1, "(0, 1)"), (-1, 1, "(-1, 1)"), (0, 255, "(0, 255)"), (-2.5, 3, "(-3, 3)")],
)
def test_floats_need_a_range(low, high, guess):
    images = low + (high - low) * UNIT
    refused(f"value_range={guess}", "value_range=None", images=images)


@pytest.mark.parametrize(
    ("scale", "value_range"), [(255, (0, 1)), (1.01, (0, 1)), (-1, (0, 1))]
)
def test_out_of_range(scale, value_range):
    refused("np.clip", images=UNIT * scale, value_range=value_range)


@pytest.mark.parametrize(
    "value_range", [(1, 0), (0, 0), (0,), (0, 1, 2), 5, "ab", (0, np.nan), (0, np.inf)]
)
def test_bad_value_range(value_range):
    refused("(0, 1)", images=UNIT, value_range=value_range)


def test_value_range_of_uint8():
    refused("Leave `value_range` out", images=GREY, value_range=(0, 1))


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "int32", "int64"])
def test_other_integers(dtype):
    images = np.full((2, 8, 6, 1), 100, dtype)
    refused('images.astype("uint8")', dtype, images=images)
    refused('images.astype("uint8")', images=images, value_range=(0, 255))


def test_integers_out_of_range():
    refused("run from 0 to 4095", images=np.array([[[[0]], [[4095]]]], "uint16"))
    refused("run from -1 to 0", images=np.array([[[[0]], [[-1]]]], "int16"))


@pytest.mark.parametrize(
    ("images", "hint"),
    [
        (np.zeros((2, 8, 6, 1), bool), '.astype("uint8") * 255'),
        (np.zeros((2, 8, 6, 1), object), "object"),
        (np.zeros((2, 8, 6, 1), "complex64"), "complex64"),
        (np.full((2, 8, 6, 1), "a"), "numbers"),
        ("./images", "numbers"),
        (None, "object"),
    ],
)
def test_other_dtypes(images, hint):
    refused(hint, images=images)


@pytest.mark.parametrize("images", [{"image": GREY}, range(3)])
def test_not_an_array(images):
    refused("an array", type(images).__name__, images=images)


@pytest.mark.parametrize("shape", [(0,), (0, 8, 6, 1), (0, 8, 6), (2, 0, 6, 1)])
def test_empty(shape):
    refused("at least one image", images=np.zeros(shape, "uint8"))
    refused("at least one", images=np.zeros(shape, "uint8"), image_shape=(8, 6, 1))


def test_empty_list():
    refused("at least one image", images=[])


@pytest.mark.parametrize("kind", ["list", "array"])
@pytest.mark.parametrize("other", [(8, 7, 3), (8, 6, 1), (8, 6)])
def test_mixed_sizes(other, kind):
    images = [*RGB, np.zeros(other, "uint8"), np.zeros((9, 9), "uint8")]
    if kind == "array":
        images, given = np.empty(7, object), images
        images[:] = given
    refused(
        *(
            "image 0 of shape (8, 6, 3) (5 of it)",
            f"image 5 of shape {other} (1 of it)",
        ),
        *("3 shapes", "image 6 of shape (9, 9)"),
        images=images,
    )


def test_an_array_of_arrays_of_one_size():
    images = np.empty(5, object)
    images[:] = list(RGB)
    np.testing.assert_array_equal(check_images(images), RGB)


def test_file_names_are_no_images():
    refused("the path of their folder", images=["a.png", "b.png"])


def test_a_memory_mapped_array_is_not_read_at_once(tmp_path):
    np.save(tmp_path / "images.npy", RGB)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert np.shares_memory(check_images(mapped, (8, 6, 3)), mapped)
    np.save(tmp_path / "floats.npy", RGB / 255)
    mapped = np.load(tmp_path / "floats.npy", mmap_mode="r")
    images = check_images(mapped, value_range=(0, 1))
    np.testing.assert_allclose(images, RGB / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize(
    ("images", "value_range", "hint"),
    [
        (GREY % 2, None, "np.uint8(255)"),
        ((GREY % 2).astype(bool).view("uint8"), None, "np.uint8(255)"),
        (UNIT, (0, 255), "value_range=(0, 1)"),
        (2 * UNIT - 1, (-1000, 1000), None),
        (UNIT / 300, (0, 1), None),
        (UNIT, (0, 1), None),
        (UNIT * 0, (0, 255), None),
        (GREY * 0, None, None),
        (GREY * 0 + 1, None, "np.uint8(255)"),
        (GREY % 3, None, None),
    ],
)
def test_images_that_are_all_but_black(images, value_range, hint, recwarn):
    check_images(images, value_range=value_range)
    assert len(recwarn) == (hint is not None)
    if hint:
        assert "all but black" in str(recwarn[0].message)
        assert hint in str(recwarn[0].message)


def test_to_uint8_is_the_inverse_of_scaling():
    levels = np.arange(256, dtype="uint8")
    np.testing.assert_array_equal(
        to_uint8(levels.astype("float32") / 127.5 - 1), levels
    )


def test_to_uint8_clips_and_rounds():
    values = [-2.0, -1.0, -1 + 0.49 / 127.5, -1 + 0.51 / 127.5, 0.0, 1.0, 9.0]
    assert to_uint8(np.array(values)).tolist() == [0, 0, 0, 1, 128, 255, 255]
    with pytest.raises(ValueError, match="diverged"):
        to_uint8(np.array([0.0, np.nan]))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_grid(channels):
    images = np.arange(1, 6, dtype="uint8").reshape(5, 1, 1, 1)
    images = np.tile(images, (1, 4, 3, channels))
    sheet = grid(images)  # 2 rows of 3
    assert sheet.shape == (2 * 4 + 2, 3 * 3 + 2 * 2, channels)
    for index in range(5):
        top, left = index // 3 * 6, index % 3 * 5
        assert (sheet[top : top + 4, left : left + 3] == index + 1).all()
    assert (sheet[4:6] == 255).all()
    assert (sheet[:, 3:5] == 255).all()
    assert (sheet[6:, 10:] == 255).all()


@pytest.mark.parametrize(("columns", "width"), [(1, 6), (5, 38), (9, 38)])
def test_grid_columns(columns, width):
    assert grid(GREY, columns).shape[1] == width


def test_grid_refuses():
    with pytest.raises(ValueError, match="columns=-1"):
        grid(GREY, -1)
    with pytest.raises(ValueError, match="to_uint8"):
        grid(UNIT)


@pytest.mark.parametrize("channels", [0, 1, 2, 3, 4])
def test_save_png(tmp_path, channels):
    image = RNG.integers(0, 256, (9, 7, channels or 1), dtype="uint8")
    image = image if channels else image[..., 0]
    path = save_png(tmp_path / "new" / "image.png", image)
    with Image.open(path) as file:
        assert file.format == "PNG"
        np.testing.assert_array_equal(np.asarray(file), image.squeeze())
    assert [file.name for file in path.parent.iterdir()] == ["image.png"]


def test_save_png_replaces_whole_files_only(tmp_path, monkeypatch):
    path = save_png(tmp_path / "image.png", RGB[0])
    before = path.read_bytes()

    def fail(self, file, *args, **kwargs):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        save_png(path, RGB[1])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "image", [RGB, RGB[0] / 255, np.zeros((4, 4, 5), "uint8"), np.zeros(4, "uint8")]
)
def test_save_png_refuses(tmp_path, image):
    with pytest.raises(ValueError, match="Received: images of shape"):
        save_png(tmp_path / "image.png", image)
    assert not list(tmp_path.iterdir())
