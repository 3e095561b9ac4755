"""How image files become one array."""

import io
import warnings

import numpy as np
import pytest
from pictures import RNG, chunk, oriented, png, write
from PIL import Image, ImageOps

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.image_files import decode
from keras_gan_zoo.datasets.pillow import extensions


def refused(path, *parts, split="train"):
    with pytest.raises(ValueError, match="Received: ") as error:
        datasets.load(path, split)
    for part in parts:
        assert str(part) in str(error.value)
    return str(error.value)


def said(path):
    """The one warning that loading a folder gives."""
    with pytest.warns(UserWarning, match=" image") as caught:
        datasets.load(path)
    (entry,) = caught
    return str(entry.message)


def test_grey_joins_colour(tmp_path):
    grey = write(tmp_path / "0.png", "L")
    colour = write(tmp_path / "1.png", "RGB")
    images, _ = datasets.load(tmp_path)
    np.testing.assert_array_equal(images, [np.repeat(grey, 3, axis=-1), colour])


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("P", 3), ("CMYK", 3), ("YCbCr", 3)]
)
def test_other_modes(tmp_path, mode, channels):
    suffix = ".png" if mode in ("1", "P") else ".jpg"
    Image.new("RGB", (6, 8), "white").convert(mode).save(tmp_path / f"0{suffix}")
    images, _ = datasets.load(tmp_path)
    assert images.shape == (1, 8, 6, channels)
    assert images.min() >= 253


def test_palette_with_transparency(tmp_path):
    image = Image.new("P", (6, 8), 0)
    image.putpalette([200, 100, 50])
    image.save(tmp_path / "0.png", transparency=0)
    images, _ = datasets.load(tmp_path)
    assert images[0, 0, 0].tolist() == [200, 100, 50, 0]


def test_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("L", (6, 8), value) for value in (10, 200)]
    frames[0].save(tmp_path / "0.gif", save_all=True, append_images=frames[1:])
    assert (datasets.load(tmp_path)[0] == 10).all()


def test_exif_orientation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a camera held upright
    pixels = write(tmp_path / "0.png", size=(8, 6), exif=exif)
    write(tmp_path / "1.png", size=(6, 8))
    images, _ = datasets.load(tmp_path)
    np.testing.assert_array_equal(images[0], np.rot90(pixels, -1))


@pytest.mark.parametrize("name", ["1.png", "1.jpg", "1.gif", "1.bmp", "1.webp"])
@pytest.mark.parametrize("damage", ["no image", "empty", "truncated", "half"])
def test_undecodable_file(tmp_path, name, damage):
    write(tmp_path / "0.png", size=(64, 64))
    write(tmp_path / name, size=(64, 64))
    data = (tmp_path / name).read_bytes()
    kept = {"no image": b"no image", "empty": b"", "half": data[: len(data) // 2]}
    (tmp_path / name).write_bytes(kept.get(damage, data[:-100]))
    refused(tmp_path, tmp_path / name, "Repair or delete")


def test_mixed_sizes(tmp_path):
    write(tmp_path / "0.png", size=(6, 8))
    write(tmp_path / "1.png", size=(7, 8))
    files = (tmp_path / "0.png", tmp_path / "1.png")
    refused(tmp_path, *files, "6 wide and 8", "7 wide", "image_size")
    assert len(datasets.load(tmp_path, "train[:1]")[0]) == 1


def test_mixed_alpha(tmp_path):
    write(tmp_path / "0.png", "RGB")
    write(tmp_path / "1.png", "RGBA")
    refused(tmp_path, tmp_path / "0.png", tmp_path / "1.png", "alpha")


@pytest.mark.parametrize(
    ("color_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)], ids=str
)
def test_16_bit_png(tmp_path, color_type, channels):
    (tmp_path / "0.png").write_bytes(png(color_type, channels, 8))
    assert datasets.load(tmp_path)[0].shape == (1, 8, 6, channels)
    (tmp_path / "0.png").write_bytes(png(color_type, channels, 16))
    refused(tmp_path, tmp_path / "0.png", "8 bits")


def saveable():
    """The endings of images that Pillow writes and reads."""
    kinds = Image.registered_extensions()
    return sorted(
        end
        for end in extensions()
        if kinds[end] in Image.SAVE and kinds[end] != "EPS"  # which has no own size
    )


@pytest.mark.parametrize("ending", saveable())
def test_every_ending_that_pillow_decodes(tmp_path, ending):
    image = Image.new("RGB", (16, 16), (200, 100, 50))
    modes = {".msp": "1", ".xbm": "1", ".blp": "P", ".bw": "L"}
    image.convert(modes.get(ending, "RGB")).save(tmp_path / f"0{ending}")
    (tmp_path / f"0{ending}").rename(tmp_path / f"0{ending.upper()}")
    images, _ = datasets.load(tmp_path)
    assert images.shape[:2] == (1, 16) or ending == ".icns"
    if images.shape[-1] == 3:
        np.testing.assert_allclose(images[0, 5, 5], (200, 100, 50), atol=6)


def test_what_pillow_only_names_is_no_image():
    assert {".png", ".jpg", ".jfif", ".tif", ".tiff", ".ppm", ".webp"} <= extensions()
    assert not {".h5", ".hdf", ".mpg", ".grib", ".wmf", ".pdf", ".txt"} & extensions()


ORIENTED = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP", ".tif": "TIFF"}
if "AVIF" in Image.SAVE:
    ORIENTED[".avif"] = "AVIF"


@pytest.mark.parametrize("ending", ORIENTED)
@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 49, 256, 65535])
def test_orientations(tmp_path, ending, value):
    write(tmp_path / f"0{ending}", size=(20, 12), exif=oriented(value))
    with Image.open(tmp_path / f"0{ending}") as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    np.testing.assert_array_equal(datasets.load(tmp_path)[0][0], expected)
    turned = value in (5, 6, 7, 8)
    assert expected.shape == ((20, 12, 3) if turned else (12, 20, 3))


def test_a_turned_compressed_tiff(tmp_path):
    pixels = write(
        tmp_path / "0.tif", size=(20, 12), compression="tiff_lzw", tiffinfo={274: 6}
    )
    np.testing.assert_array_equal(datasets.load(tmp_path)[0][0], np.rot90(pixels, -1))


@pytest.mark.parametrize("where", ["before", "behind"])
@pytest.mark.parametrize("kind", ["EXIF", "XMP"])
def test_orientation_before_and_behind_the_pixels_of_a_png(tmp_path, kind, where):
    pixels = write(tmp_path / "0.png", size=(20, 12))
    data = (tmp_path / "0.png").read_bytes()
    extra = chunk(b"eXIf", oriented(8).tobytes()[6:])
    if kind == "XMP":
        text = b'<x tiff:Orientation="8"/>'
        extra = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text)
    at = data.index(b"IDAT" if where == "before" else b"IEND") - 4
    (tmp_path / "0.png").write_bytes(data[:at] + extra + data[at:])
    np.testing.assert_array_equal(datasets.load(tmp_path)[0][0], np.rot90(pixels))


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0junk", b"Exif\0\0MM\0*\0\0\0\x08\0\x05", b""]
)
def test_damaged_exif_data_change_nothing(tmp_path, exif):
    pixels = write(tmp_path / "0.png", exif=exif)
    np.testing.assert_array_equal(datasets.load(tmp_path)[0][0], pixels)


@pytest.mark.parametrize("kind", ["P5", "P6"])
@pytest.mark.parametrize("top", [255, 1023, 65535])
def test_a_ppm_of_more_than_8_bits(tmp_path, kind, top):
    head = f"{kind} 6 8 {top}\n".encode()
    size = 48 * (3 if kind == "P6" else 1) * (1 if top < 256 else 2)
    (tmp_path / "0.ppm").write_bytes(head + bytes(size))
    if top < 256:
        assert len(datasets.load(tmp_path)[0]) == 1
    else:
        refused(tmp_path, tmp_path / "0.ppm", "8 bits")


@pytest.mark.parametrize("mode", ["I;16", "I", "F", "LAB"])
def test_other_modes_are_refused(tmp_path, mode):
    Image.new(mode, (6, 8)).save(tmp_path / "0.tif")
    refused(tmp_path, f"{tmp_path / '0.tif'} (Pillow's mode {mode!r}", "8 bits")


@pytest.mark.parametrize("width", [54, 216, 536, 1616])
@pytest.mark.parametrize("ending", [".bmp", ".tif", ".jp2"])
def test_a_16_in_the_layout_is_no_16_bits(tmp_path, ending, width):
    write(tmp_path / f"0{ending}", size=(width, 2), value=7)
    assert (datasets.load(tmp_path)[0] == 7).all()


def test_what_is_changed_is_said(tmp_path):
    write(tmp_path / "0.png", "L")
    write(tmp_path / "1.png", "L")
    write(tmp_path / "2.jpg", "CMYK")
    frames = [Image.new("RGB", (6, 8), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "3.gif", save_all=True, append_images=frames[1:])
    text = said(tmp_path)
    assert "4 images 8x6x3; " in text
    for change in ("2 grey made RGB", "1 CMYK made RGB", "1 cut to the first frame"):
        assert change in text


def test_what_is_only_written_otherwise_is_not(tmp_path):
    write(tmp_path / "0.png", "P")
    write(tmp_path / "1.jpg", size=(8, 6), exif=oriented(6))
    frame = Image.new("RGB", (6, 8))
    frame.save(tmp_path / "2.mpo", save_all=True, append_images=[frame])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(datasets.load(tmp_path)[0]) == 3


def test_all_damaged_files_are_named_at_once(tmp_path):
    for index in range(8):
        write(tmp_path / f"{index}.png", size=(64, 64))
    (tmp_path / "1.png").write_bytes(b"no image")
    for index in (3, 6):
        data = (tmp_path / f"{index}.png").read_bytes()
        (tmp_path / f"{index}.png").write_bytes(data[: len(data) // 2])
    (tmp_path / "8.png").symlink_to(tmp_path / "nowhere.png")
    text = refused(tmp_path, *(f"{index}.png (" for index in (1, 3, 6, 8)))
    assert "0.png" not in text
    assert text.index("1.png (") < text.index("3.png (") < text.index("8.png (")


def test_only_the_first_of_many_faults_are_listed(tmp_path):
    write(tmp_path / "000.png")
    for index in range(1, 31):
        (tmp_path / f"{index:03}.png").write_bytes(b"no image")
    text = refused(tmp_path, "001.png", "010.png", "and 20 more")
    assert "011.png" not in text


def test_all_sizes_are_counted_at_once(tmp_path):
    sizes = [(6, 8), (7, 8), (20, 30)]
    for index in range(9):
        write(tmp_path / f"{index}.png", size=sizes[index % 3 if index < 6 else 0])
    write(tmp_path / "a.png", "RGBA")
    (tmp_path / "b.png").write_bytes(png(2, 3, 16))
    (tmp_path / "c.png").write_bytes(b"no image")
    refused(
        tmp_path,
        *("All images must have the same size", "image_size"),
        *("7 of 6 wide and 8 high", "2 of 7 wide and 8 high", "2 of 20 wide and 30"),
        *(tmp_path / "0.png", tmp_path / "1.png", tmp_path / "2.png"),
        *("1 with alpha", tmp_path / "a.png", "8 bits", tmp_path / "b.png"),
        *("complete and readable", tmp_path / "c.png"),
    )


def test_file_objects():
    file = io.BytesIO()
    pixels = RNG.integers(0, 256, (8, 6, 3), dtype="uint8")
    Image.fromarray(pixels).save(file, "PNG")
    images, found = decode([("a", file), ("b", file)])
    np.testing.assert_array_equal(images, [pixels, pixels])
    assert not found.changes
    with pytest.raises(ValueError, match=r"b\.png \(.*, c\.png \("):
        decode([("a", file), ("b.png", io.BytesIO(b"x")), ("c.png", io.BytesIO())])
