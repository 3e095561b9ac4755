import numpy as np
import pytest
from pictures import write

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.folders import mix_classes


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
    (tmp_path / "0.txt").write_bytes(b"x")
    refused(tmp_path, "1 other file (.txt)")


def test_empty_split_folder(tmp_path):
    write(tmp_path / "train" / "0.png")
    (tmp_path / "test").mkdir()
    assert len(datasets.load(tmp_path)[0]) == 1
    refused(tmp_path, tmp_path / "test", split="test")


def class_folders(root, *names, count=2):
    for name in names:
        for index in range(count):
            write(root / name / f"{index}.png", "L", value=index)


MIXES = {
    "one that is called like a split": ("train", "bus", "car"),
    "another": ("test", "bus"),
    "in capitals": ("TRAIN", "bus", "car"),
    "by another name": ("training", "bus"),
    "no train or test": ("val", "dev", "bus"),
    "only validation": ("valid", "eval"),
    "nearly a split": ("trains", "test_images", "val2017"),
}


@pytest.mark.parametrize("names", MIXES.values(), ids=MIXES)
def test_a_class_may_be_called_like_a_split(tmp_path, names):
    class_folders(tmp_path, *names)
    images, labels = datasets.load(tmp_path)
    assert len(images) == 2 * len(names)
    assert np.bincount(labels).tolist() == [2] * len(names)
    assert datasets.label_names(tmp_path) == tuple(sorted(names))
    assert datasets.split_sizes(tmp_path) == {"train": 2 * len(names)}


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (("train", "test"), ("train", "test")),
        (("Train", "TEST", "Val"), ("train", "val", "test")),
        (("training", "testing", "dev"), ("train", "dev", "test")),
        (("train", "valid", "eval"), ("train", "valid", "eval")),
        (("train", "evaluation", "validation"), ("train", "validation", "evaluation")),
        (("train",), ("train",)),
        (("Testing",), ("test",)),
    ],
    ids=str,
)
def test_splits_have_many_names(tmp_path, names, splits):
    class_folders(tmp_path, *names)
    assert list(datasets.split_sizes(tmp_path)) == list(splits)
    for split in splits:
        assert len(datasets.load(tmp_path, split)[0]) == 2
    assert len(datasets.load(tmp_path, None)[0]) == 2 * len(names)


@pytest.mark.parametrize(
    ("names", "loose"),
    [
        (("train", "test", "bus"), False),
        (("train", "val", "bus", "car"), False),
        (("train", "test"), True),
        (("test",), True),
        (("train", "bus"), True),
        (("train", "training"), False),
        (("train", "Train", "test"), False),
    ],
    ids=str,
)
def test_splits_or_classes_is_asked_for(tmp_path, names, loose):
    class_folders(tmp_path, *names)
    if loose:
        write(tmp_path / "0.png", "L")
    parts = ["must stand alone", *names, tmp_path]
    refused(tmp_path, *parts, *(["1 loose image(s)"] if loose else []))
    with pytest.raises(ValueError, match="must stand alone"):
        datasets.split_sizes(tmp_path)
    # The two ways out that the error names.
    assert len(datasets.load(tmp_path / names[0])[0]) == 2
    whole = tmp_path / "all"
    for name in names:
        (whole / "train").mkdir(parents=True, exist_ok=True)
        (tmp_path / name).rename(whole / "train" / name)
    assert datasets.label_names(whole) == (
        tuple(sorted(names)) if len(names) > 1 else None
    )
    assert len(datasets.load(whole)[0]) == 2 * len(names)


def test_splits_stand_beside_what_is_no_image(tmp_path):
    class_folders(tmp_path, "train", "test")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "all.csv").write_text("no image")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "README.md").write_text("no image")
    assert datasets.split_sizes(tmp_path) == {"train": 2, "test": 2}


def test_links_are_followed(tmp_path):
    root, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    class_folders(elsewhere, "dogs", "deep/er")
    class_folders(root, "cats")
    expected = write(elsewhere / "single.png", "L")
    (root / "dogs").symlink_to(elsewhere / "dogs")
    (root / "emus").mkdir()
    (root / "emus" / "all").symlink_to(elsewhere / "deep", target_is_directory=True)
    (root / "gnus").mkdir()
    (root / "gnus" / "0.png").symlink_to(elsewhere / "single.png")
    images, labels = datasets.load(root)
    assert datasets.label_names(root) == ("cats", "dogs", "emus", "gnus")
    assert np.bincount(labels).tolist() == [2, 2, 2, 1]
    np.testing.assert_array_equal(images[labels == 3][0], expected)
    (tmp_path / "link").symlink_to(root)
    np.testing.assert_array_equal(datasets.load(tmp_path / "link")[0], images)


def test_linked_splits(tmp_path):
    class_folders(tmp_path / "elsewhere", "a", "b")
    root = tmp_path / "data"
    class_folders(root, "test")
    (root / "train").symlink_to(tmp_path / "elsewhere")
    assert datasets.split_sizes(root) == {"train": 4, "test": 2}


def said(path, split="train"):
    """The one warning that loading a folder gives."""
    with pytest.warns(UserWarning, match=" image") as caught:
        datasets.load(path, split)
    (entry,) = caught
    return str(entry.message)


def test_a_plain_folder_is_said_in_the_log(tmp_path, caplog, recwarn):
    class_folders(tmp_path, "cat", "ant", "bee", count=4)
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "cat" / "Thumbs.db").write_bytes(b"x")
    with caplog.at_level("INFO", "keras_gan_zoo"):
        datasets.load(tmp_path)
    text = f"{tmp_path}: 12 images 8x6x1 in 3 classes (ant, bee, cat)"
    assert caplog.messages == [f"{text}; skipped 2 files (hidden)"]
    assert not recwarn


def test_skipped_files_are_counted_by_their_kind(tmp_path):
    class_folders(tmp_path, "ant", "bee")
    for name in ("a.txt", "b.TXT", "ant/c.heic", "bee/weights.h5", "bee/clip.mpg", "d"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "cat").mkdir()
    text = said(tmp_path)
    assert "4 images 8x6x1 in 2 classes (ant, bee); skipped 8 files (" in text
    for kind in ("2 .txt", "1 .heic", "1 .h5", "1 .mpg", "1 .csv", "1 empty folder"):
        assert kind in text
    assert "1 without an ending" in text


def test_a_split_speaks_for_itself(tmp_path):
    class_folders(tmp_path, "train", "test")
    (tmp_path / "test" / "a.txt").write_text("x")
    assert said(tmp_path, "test") == (
        f"{tmp_path}: 2 images 8x6x1 in split test (of train, test); "
        "skipped 1 file (.txt)"
    )
    assert said(tmp_path, None).startswith(f"{tmp_path}: 4 images 8x6x1; skipped")


def test_image_shape_is_read_from_the_headers(tmp_path, monkeypatch):
    write(tmp_path / "0.png", "L")
    write(tmp_path / "1.png", "RGB")
    monkeypatch.setattr("PIL.Image.Image.convert", None)  # what decoding needs
    assert datasets.image_shape(tmp_path) == (8, 6, 3)
    assert datasets.image_shape(f"{tmp_path}:train[:1]") == (8, 6, 1)
    assert datasets.image_shape("digits:test[:5]") == (28, 28, 1)
    (tmp_path / "2.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"readable.*2\.png"):
        datasets.image_shape(tmp_path)
