import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.folders import mix_classes

RNG = np.random.default_rng(0)


def write(path, mode="RGB", size=(6, 8), value=None, **options):
    """Write a random image, or one of a single value; returns its pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = {"1": 1, "L": 1, "P": 3}.get(mode, len(mode))
    pixels = RNG.integers(0, 256, (size[1], size[0], channels), dtype="uint8")
    pixels = pixels if value is None else np.full_like(pixels, value)
    image = Image.fromarray(pixels.squeeze())
    (image if image.mode == mode else image.convert(mode)).save(path, **options)
    return pixels


def refused(path, *parts, split="train"):
    with pytest.raises(ValueError, match="Received: ") as error:
        datasets.load(path, split)
    for part in parts:
        assert str(part) in str(error.value)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_flat_folder(tmp_path, mode):
    expected = [write(tmp_path / f"{k}.png", mode) for k in range(3)]
    for path in (tmp_path, str(tmp_path), f"{tmp_path}:train"):
        images, labels = datasets.load(path)
        np.testing.assert_array_equal(images, expected)
        assert images.dtype == np.uint8
        assert labels is None
    np.testing.assert_array_equal(datasets.load(tmp_path, None)[0], expected)
    np.testing.assert_array_equal(datasets.load(tmp_path, "train[1:]")[0], expected[1:])


def test_all_kinds_of_files(tmp_path):
    names = ("a.png", "b.JPG", "c.jpeg", "d.bmp", "e.WebP", "f.gif", "deep/er/g.png")
    for value, name in enumerate(names):
        write(tmp_path / name, value=20 * value)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_bytes(b"no image")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "x.png").write_bytes(b"no image")
    images, labels = datasets.load(tmp_path)
    assert images.shape == (7, 8, 6, 3)
    assert labels is None
    means = sorted(images.mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(means, np.arange(7) * 20, atol=2)


def test_class_folders(tmp_path):
    counts = {"dog": 6, "ant": 3, "cat": 2}
    for name, count in counts.items():
        for index in range(count):
            write(tmp_path / name / f"{index}.png", "L", value=ord(name[0]) + index)
    images, labels = datasets.load(tmp_path)
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [3, 2, 6]  # ant, cat, dog
    for label, name in enumerate(sorted(counts)):
        values = images[labels == label][:, 0, 0, 0] - ord(name[0])
        assert values.tolist() == list(range(counts[name]))
    first, first_labels = datasets.load(tmp_path, "train[:5]")
    np.testing.assert_array_equal(first, images[:5])
    assert set(first_labels) == {0, 1, 2}  # a slice holds every class


def test_names_of_class_folders(tmp_path):
    for name in ("train/dog", "train/ant", "test/dog", "test/emu", "test/dog/more"):
        write(tmp_path / name / "0.png", "L", value=ord(name.split("/")[1][0]))
    names = ("ant", "dog", "emu")
    assert datasets.label_names(tmp_path) == names
    assert datasets.label_names(f"{tmp_path}:test[:1]") == names
    for split in ("train", "test"):  # a label means the same in each split
        images, labels = datasets.load(tmp_path, split)
        for image, label in zip(images, labels, strict=True):
            assert chr(image[0, 0, 0]) == names[label][0]
    write(tmp_path / "train" / "loose.png", "L")
    assert datasets.label_names(tmp_path) is None
    assert datasets.label_names(tmp_path, "test") == names
    assert datasets.label_names(tmp_path, None) is None


@pytest.mark.parametrize("counts", [(10, 10, 10), (100, 10, 1), (1,), (7, 0, 3)])
def test_classes_are_mixed_evenly(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    order = mix_classes(labels.tolist())
    assert sorted(order) == list(range(len(labels)))
    mixed = labels[order]
    for label, count in enumerate(counts):
        seen = np.cumsum(mixed == label)
        fair = count * np.arange(1, len(labels) + 1) / len(labels)
        assert np.abs(seen - fair).max() <= len(counts) / 2


def test_one_folder_or_loose_files_are_no_classes(tmp_path):
    write(tmp_path / "images" / "0.png")
    assert datasets.load(tmp_path)[1] is None
    write(tmp_path / "more" / "0.png")
    assert datasets.load(tmp_path)[1] is not None
    write(tmp_path / "0.png")
    assert datasets.load(tmp_path)[1] is None


def test_split_folders(tmp_path):
    for split, value in (("train", 10), ("test", 20), ("val", 30)):
        for name in ("ant", "bee"):
            write(tmp_path / split / name / "0.png", "L", value=value)
    for split, value in (("train", 10), ("test", 20), ("val", 30)):
        images, labels = datasets.load(tmp_path, split)
        assert images.shape == (2, 8, 6, 1)
        assert (images == value).all()
        assert labels.tolist() == [0, 1]
    both, labels = datasets.load(tmp_path, "train+test[:1]")
    assert both[:, 0, 0, 0].tolist() == [10, 10, 20]
    assert labels.tolist() == [0, 1, 0]
    assert len(datasets.load(tmp_path, None)[0]) == 6
    assert (datasets.load(f"{tmp_path}:test")[0] == 20).all()
    refused(tmp_path, "'validation'", "train, val, test", split="validation")


def test_unknown_split_of_a_flat_folder(tmp_path):
    write(tmp_path / "0.png")
    refused(tmp_path, "'test'", "train", split="test")


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


def test_missing_path(tmp_path):
    refused(tmp_path / "faces", "mnist, fashion_mnist", tmp_path / "faces")
    refused("mnits", "mnist, fashion_mnist", "'mnits'")
    refused("mnits:test", "'mnits'")


@pytest.mark.parametrize("name", [None, 5, ["mnist"]])
def test_not_a_name(name):
    refused(name, "Known data sets")


def test_a_file_is_no_folder(tmp_path):
    write(tmp_path / "0.png")
    refused(tmp_path / "0.png", "which is a file")
    with pytest.raises(ValueError, match="does not exist"):
        datasets.load_folder(tmp_path / "faces")


def test_empty_folder(tmp_path):
    refused(tmp_path, "must contain images", tmp_path)
    (tmp_path / "0.tiff").write_bytes(b"x")
    refused(tmp_path, "1 other files .tiff")


def test_empty_split_folder(tmp_path):
    write(tmp_path / "train" / "0.png")
    (tmp_path / "test").mkdir()
    assert len(datasets.load(tmp_path)[0]) == 1
    refused(tmp_path, tmp_path / "test", split="test")


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
    parts = (tmp_path / "0.png", "6 wide and 8", tmp_path / "1.png", "7 wide", "Resize")
    refused(tmp_path, *parts)
    assert len(datasets.load(tmp_path, "train[:1]")[0]) == 1


def test_mixed_alpha(tmp_path):
    write(tmp_path / "0.png", "RGB")
    write(tmp_path / "1.png", "RGBA")
    refused(tmp_path, tmp_path / "0.png", tmp_path / "1.png", "alpha")


def png(color_type, channels, bits):
    """A PNG that Pillow can't write: 16 bits a channel in colour."""
    import struct
    import zlib

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 6, 8, bits, color_type, 0, 0, 0)
    rows = (b"\0" + bytes(6 * channels * bits // 8)) * 8
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("color_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)], ids=str
)
def test_16_bit_png(tmp_path, color_type, channels):
    (tmp_path / "0.png").write_bytes(png(color_type, channels, 8))
    assert datasets.load(tmp_path)[0].shape == (1, 8, 6, channels)
    (tmp_path / "0.png").write_bytes(png(color_type, channels, 16))
    refused(tmp_path, tmp_path / "0.png", "8 bits")
