"""What becomes of one image on request, and what is refused without one."""

import io
import json
import pickle

import numpy as np
import pytest
from pictures import RNG, oriented, png
from PIL import Image

from keras_gan_zoo.datasets import ImagePreparation


def picture(mode="RGB", size=(12, 8)):
    pixels = RNG.integers(0, 256, (size[1], size[0], 3), dtype="uint8")
    return Image.fromarray(pixels).convert(mode)


def reopened(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return Image.open(file)


def test_nothing_is_done_without_a_request():
    assert not ImagePreparation()
    for mode, channels in (("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)):
        image = picture(mode)
        pixels = ImagePreparation()(image)
        assert pixels.shape == (8, 12, channels)
        assert pixels.dtype == np.uint8
        np.testing.assert_array_equal(pixels.squeeze(), np.asarray(image))


@pytest.mark.parametrize("size", [8, (8, 8), [8, 8], np.int64(8)])
def test_an_image_size(size):
    image = picture(size=(16, 16))
    pixels = ImagePreparation(image_size=size)(image)
    expected = image.resize((8, 8), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize(
    "name", ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
)
def test_filters_are_pillows_and_look_at_every_pixel(name):
    stripes = np.zeros((64, 64), "uint8")
    stripes[:, ::2] = 255  # which averages to a grey that a plain sample misses
    prepare = ImagePreparation(image_size=16, interpolation=name)
    pixels = prepare(Image.fromarray(stripes))
    assert (np.abs(pixels[2:-2, 2:-2].astype(int) - 127) < 4).all() == (
        name != "nearest"
    )
    assert f"(Pillow's {name})" in str(prepare)


def test_a_centre_crop_keeps_the_middle_and_the_aspect_ratio():
    bars = np.zeros((10, 30), "uint8")
    bars[:, 10:20] = 200
    prepare = ImagePreparation(10, crop_to_aspect_ratio=True)
    assert (prepare(Image.fromarray(bars)) == 200).all()
    assert (prepare(Image.fromarray(bars.T)) == 200).all()


def test_padding_shows_all_of_it_on_the_background():
    image = Image.new("RGB", (30, 10), "red")
    plain = ImagePreparation((6, 6), pad_to_aspect_ratio=True)(image)
    white = ImagePreparation(6, pad_to_aspect_ratio=True, background="white")(image)
    assert (plain[2:4] == (255, 0, 0)).all()
    assert (plain[[0, 1, 4, 5]] == 0).all()
    assert (white[[0, 1, 4, 5]] == 255).all()
    clear = ImagePreparation(6, pad_to_aspect_ratio=True)(image.convert("RGBA"))
    assert (clear[[0, 5]] == 0).all()
    assert (clear[2:4, :, 3] == 255).all()


@pytest.mark.parametrize("size", [(1, 1), (20_000, 1), (1, 20_000), (3, 700)])
@pytest.mark.parametrize("way", ["crop_to_aspect_ratio", "pad_to_aspect_ratio", None])
def test_odd_shapes(size, way):
    prepare = ImagePreparation((16, 8), **({way: True} if way else {}))
    pixels = prepare(Image.new("L", size, 90))
    assert pixels.shape == (16, 8, 1)
    assert pixels.max() == 90
    if way != "pad_to_aspect_ratio":
        assert pixels.min() == 90


@pytest.mark.parametrize(
    ("color_mode", "channels"), [("grayscale", 1), ("rgb", 3), ("rgba", 4)]
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "P", "1"])
def test_color_modes(mode, color_mode, channels):
    image = picture(mode)
    pixels = ImagePreparation(color_mode=color_mode)(image)
    to = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}[color_mode]
    assert pixels.shape == (8, 12, channels)
    expected = image if mode in ("L", "1") else image.convert("RGB")
    np.testing.assert_array_equal(pixels.squeeze(), np.asarray(expected.convert(to)))


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA"])
@pytest.mark.parametrize("color_mode", [None, "grayscale", "rgb"])
def test_alpha_is_flattened_onto_a_colour_that_was_named(mode, color_mode):
    clear = Image.new("RGBA", (4, 4), (10, 10, 10, 0)).convert(mode)
    pixels = ImagePreparation(color_mode=color_mode, background="#808080")(clear)
    grey = color_mode == "grayscale" or (mode == "LA" and color_mode is None)
    assert pixels.shape == (4, 4, 1 if grey else 3)
    assert (pixels == 128).all()
    if color_mode is not None:
        with pytest.raises(ValueError, match=r"`background`.*Received"):
            ImagePreparation(color_mode=color_mode)(clear)


def test_a_coloured_background_makes_grey_images_coloured():
    clear = Image.new("LA", (4, 4), (10, 0))
    pixels = ImagePreparation(background=(255, 0, 0))(clear)
    assert (pixels == (255, 0, 0)).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_colour_that_stands_for_transparency(mode):
    value = {"L": 7, "RGB": (7, 7, 7), "P": 0}[mode]
    image = Image.new(mode, (4, 4), value)
    if mode == "P":
        image.putpalette([200, 100, 50])
    image = reopened(image, transparency=value)
    assert (ImagePreparation(background="white")(image) == 255).all()


def test_half_transparent_pixels_do_not_bleed_into_smaller_images():
    pixels = np.zeros((16, 16, 4), "uint8")
    pixels[:, :8] = (255, 0, 0, 255)  # beside them transparent green
    pixels[:, 8:] = (0, 255, 0, 0)
    small = ImagePreparation(4)(Image.fromarray(pixels))
    assert small[..., 1].max() == 0


@pytest.mark.parametrize(("color_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_16_bits_are_scaled_on_request(color_type, channels):
    image = Image.open(io.BytesIO(png(color_type, channels, 16)))
    with pytest.raises(ValueError, match=r"`scale_16_bit=True`.*of 16 bits"):
        ImagePreparation()(image)
    image = Image.open(io.BytesIO(png(color_type, channels, 16)))
    assert ImagePreparation(scale_16_bit=True)(image).shape == (8, 6, channels)


@pytest.mark.parametrize("ending", ["PNG", "TIFF"])
def test_16_bits_are_what_257_times_8_bits_would_be(ending):
    eight = RNG.integers(0, 256, (8, 6), dtype="uint8")
    deep = Image.fromarray(257 * eight.astype("uint16"))
    pixels = ImagePreparation(scale_16_bit=True)(reopened(deep, ending))
    np.testing.assert_array_equal(pixels[..., 0], eight)


def test_images_are_set_upright_before_they_are_cropped():
    bars = np.zeros((10, 30, 3), "uint8")
    bars[:, :10] = 200  # the left third becomes the upper one
    image = reopened(Image.fromarray(bars), exif=oriented(6))
    pixels = ImagePreparation((30, 10), crop_to_aspect_ratio=True)(image)
    assert (pixels[:10] == 200).all()
    assert (pixels[10:] == 0).all()


def test_mirrored():
    image = picture()
    prepare = ImagePreparation()
    np.testing.assert_array_equal(
        prepare(image, mirrored=True), prepare(image)[:, ::-1]
    )


def test_arrays_are_prepared_as_images_are(noise):
    images = noise(5, channels=3)
    prepare = ImagePreparation((4, 6), color_mode="grayscale", horizontal_flip=True)
    found, labels = prepare.arrays(images, np.arange(5))
    assert labels.tolist() == [0, 1, 2, 3, 4] * 2
    assert found.shape == (10, 4, 6, 1)
    np.testing.assert_array_equal(found[2], prepare(Image.fromarray(images[2])))
    np.testing.assert_array_equal(found[7], found[2][:, ::-1])
    assert ImagePreparation().arrays(images)[0] is images
    assert ImagePreparation(16).arrays(noise(2))[0].shape == (2, 16, 16, 1)


FULL = {
    "image_size": (16, 24),
    "crop_to_aspect_ratio": True,
    "interpolation": "box",
    "color_mode": "rgb",
    "background": "white",
    "scale_16_bit": True,
    "horizontal_flip": True,
}


def test_a_preparation_is_kept_as_json_and_goes_to_other_processes():
    prepare = ImagePreparation(**FULL)
    config = json.loads(json.dumps(prepare.get_config()))
    assert config["image_size"] == [16, 24]
    assert config["background"] == [255, 255, 255]
    assert ImagePreparation.from_config(config) == prepare
    assert pickle.loads(pickle.dumps(prepare)) == prepare
    assert str(prepare) == (
        "cropped to 16x24 (Pillow's box), color mode rgb, background #ffffff, "
        "16 bits scaled to 8, each also mirrored"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"image_size": 0}, "`image_size`.*Received: image_size=0"),
        ({"image_size": (8, 8, 3)}, r"\(height, width\)"),
        ({"image_size": 8.5}, "image_size=8.5"),
        ({"image_size": "64"}, "image_size='64'"),
        ({"image_size": True}, "image_size=True"),
        ({"image_size": (8, True)}, "image_size=.8, True"),
        ({"crop_to_aspect_ratio": True}, "`image_size`: pass it"),
        (
            {"image_size": 8, "crop_to_aspect_ratio": 1},
            "True or False.*crop_to_aspect_ratio=1",
        ),
        (
            {
                "image_size": 8,
                "crop_to_aspect_ratio": True,
                "pad_to_aspect_ratio": True,
            },
            "crop_to_aspect_ratio and pad_to_aspect_ratio",
        ),
        ({"interpolation": "lancos"}, "Did you mean 'lanczos'"),
        ({"color_mode": "grey"}, "`color_mode` must be one of grayscale, rgb"),
        ({"color_mode": "rgba", "background": "white"}, "is opaque"),
        ({"background": "whyte"}, "background='whyte'"),
        ({"background": (0, 0, 256)}, "three numbers"),
        ({"background": 3}, "three numbers"),
        ({"crop_to_aspect": True}, "Did you mean `crop_to_aspect_ratio`"),
    ],
    ids=str,
)
def test_what_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        ImagePreparation.from_config(arguments)
