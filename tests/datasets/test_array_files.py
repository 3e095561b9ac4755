"""Images in one file: what is read, split and refused, and that `fit` takes them."""

import zipfile

import numpy as np
import pytest

from keras_gan_zoo import datasets, images, recipes


@pytest.fixture
def pixels(noise):
    return noise(12)


@pytest.fixture
def labels():
    return np.arange(12) % 3


def zipped(path, files):
    """`files`: a dict of name -> image."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, pixels in files.items():
            made = images.save_png(path.parent / "one.png", pixels)
            archive.write(made, name)
            made.unlink()
    return path


def test_an_array(tmp_path, pixels):
    path = tmp_path / "faces.npy"
    np.save(path, pixels)
    found, labels = datasets.load(path)
    np.testing.assert_array_equal(found, pixels)
    assert labels is None
    assert datasets.label_names(path) is None
    found, _ = datasets.load(f"{path}:train[4:6]")
    np.testing.assert_array_equal(found, pixels[4:6])
    assert datasets.split_sizes(path) == {"train": 12}


@pytest.mark.parametrize(
    "names", [("images", "labels"), ("x", "y"), ("arr_0", "arr_1")]
)
@pytest.mark.parametrize("column", [False, True])
def test_arrays_by_name(tmp_path, pixels, labels, names, column):
    path = tmp_path / "faces.npz"
    given = labels[:, None] if column else labels
    np.savez(path, **dict(zip(names, (pixels, given), strict=True)), other=1)
    found = datasets.load(path)
    np.testing.assert_array_equal(found[0], pixels)
    np.testing.assert_array_equal(found[1], labels)
    assert datasets.label_names(path) is None  # but numbers


@pytest.mark.parametrize("kind", ["int64", "float32", "bool"])
def test_one_hot_rows(tmp_path, pixels, labels, kind):
    path = tmp_path / "faces.npz"
    np.savez(path, images=pixels, labels=np.eye(3, dtype=kind)[labels])
    found = datasets.load(path)[1]
    np.testing.assert_array_equal(found, labels)
    assert found.dtype == "int64"
    assert datasets.num_classes(path) == 3


@pytest.mark.parametrize("kind", ["U", "S"])
def test_names_of_classes(tmp_path, pixels, conditional_gan, kind):
    path = tmp_path / "pets.npz"
    names = np.array(["dog", "ant", "cat"] * 4, kind)
    np.savez(path, x_train=pixels, y_train=names, x_test=pixels[:2], y_test=names[:2])
    assert datasets.load(path)[1].tolist() == [2, 0, 1] * 4
    assert datasets.load(path, "test")[1].tolist() == [2, 0]  # as in the other split
    assert datasets.label_names(path, "test") == ("ant", "cat", "dog")
    assert datasets.num_classes(path) == 3
    assert datasets.open_images(path).label_names == ("ant", "cat", "dog")
    with pytest.raises(ValueError, match="lacks 'cat'"):
        conditional_gan(names=("ant", "bee", "dog")).fit(path, verbose=0)
    np.savez(path, x_train=pixels, y_train=names, x_test=pixels[:2])
    assert datasets.label_names(path, None) is None  # not all have one


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.zeros(14, int), "a label for each of the 12 images"),
        (np.zeros(11, int), "a label for each"),
        (np.ones((12, 3), int), "must be one-hot"),
        (np.zeros((12, 2, 2), int), "a label for each"),
        (np.zeros((6, 2), int), ""),
        (np.arange(12) / 5, "whole numbers"),
        (np.full(12, np.nan), "must be finite"),
        (np.zeros(12, "complex64"), "whole numbers"),
        (np.array([["a", "b"]] * 12), "a label for each"),
    ],
)
def test_labels_that_are_none(tmp_path, pixels, given, says):
    path = tmp_path / "odd.npz"
    np.savez(path, images=pixels, labels=given)
    for read in (datasets.load, datasets.num_classes):
        with pytest.raises(ValueError, match=f"odd.npz.*{says}.*Received"):
            read(path)
    np.savez(path, x_train=pixels, y_train=given)
    with pytest.raises(ValueError, match=f"odd.npz.*{says}.*Received"):
        datasets.load(f"{path}:train[:2]")


def test_a_single_array_may_have_any_name(tmp_path, pixels):
    path = tmp_path / "faces.npz"
    np.savez(path, mine=pixels)
    np.testing.assert_array_equal(datasets.load(path)[0], pixels)


def test_splits_as_in_the_files_of_keras(tmp_path, pixels, labels):
    path = tmp_path / "mine.npz"
    parts = {"x_train": pixels[:8], "y_train": labels[:8], "x_test": pixels[8:]}
    np.savez(path, **parts)
    found = datasets.load(path)
    np.testing.assert_array_equal(found[0], pixels[:8])
    np.testing.assert_array_equal(found[1], labels[:8])
    found = datasets.load(f"{path}:test")
    np.testing.assert_array_equal(found[0], pixels[8:])
    assert found[1] is None
    found = datasets.load(path, None)
    np.testing.assert_array_equal(found[0], pixels)
    assert found[1] is None  # not all have one
    assert datasets.split_sizes(path) == {"train": 8, "test": 4}


@pytest.mark.parametrize("outside", ["", "faces/", "data/faces/"])
def test_a_zip_file_is_read_as_the_folder_is(tmp_path, pixels, outside):
    names = [f"{outside}{'ab'[i % 2]}/{i:02}.png" for i in range(12)]
    files = dict(zip(names, pixels, strict=True))
    path = zipped(tmp_path / "faces.zip", {**files, "__MACOSX/a/._00.png": pixels[0]})
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "there")
    expected = datasets.load(tmp_path / "there" / outside)
    found = datasets.load(path)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    assert datasets.label_names(path) == ("a", "b")
    assert datasets.split_sizes(path) == {"train": 12}


def test_splits_in_a_zip_file(tmp_path, pixels):
    path = zipped(tmp_path / "faces.zip", {"test/1.png": pixels[1]})
    np.testing.assert_array_equal(datasets.load(path, "test")[0], pixels[1:2])
    path = zipped(
        tmp_path / "two.zip", {"f/train/0.png": pixels[0], "f/test/1.png": pixels[1]}
    )
    np.testing.assert_array_equal(datasets.load(f"{path}:test")[0], pixels[1:2])


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def no_image(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
        archive.writestr("07.png", b"no image")


def objects(path):
    np.savez(path, images=np.array([{}], dtype=object))


@pytest.mark.parametrize(
    ("name", "damage", "says"),
    [
        ("a.npy", cut, "intact .*a.npy"),
        ("a.npz", cut, "intact .*a.npz"),
        ("a.zip", cut, "intact .*a.zip"),
        ("a.npz", objects, "intact .*a.npz"),
        ("a.npz", lambda p: np.savez(p, a=[1], b=[2]), r"one array.*\['a', 'b'\]"),
        ("a.zip", no_image, r"a\.zip/07\.png"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, pixels, name, damage, says):
    path = tmp_path / name
    {".npy": np.save, ".npz": np.savez}.get(path.suffix, lambda *_: None)(path, pixels)
    if path.suffix == ".zip":
        zipped(path, {"0.png": pixels[0]})
    damage(path)
    with pytest.raises(ValueError, match=says):
        datasets.load(path)


def test_a_file_that_is_not_there():
    with pytest.raises(ValueError, match=r"no data set of that name.*nowhere\.npz"):
        datasets.load("nowhere.npz")


@pytest.mark.parametrize("kind", ["npy", "npz", "zip"])
def test_fit_takes_them(tmp_path, pixels, tiny_gan, kind):
    path = tmp_path / f"faces.{kind}"
    if kind == "zip":
        zipped(path, {f"{i:02}.png": image for i, image in enumerate(pixels)})
    else:
        {"npy": np.save, "npz": np.savez}[kind](path, pixels)
    for given in (path, str(path), f"{path}:train[:8]"):
        history = tiny_gan().fit(given, batch_size=4, verbose=0).history
        assert np.isfinite(history["d_loss"]).all()


def test_fit_takes_floats_in_a_file(tmp_path, pixels, tiny_gan):
    path = tmp_path / "faces.npy"
    np.save(path, pixels / np.float32(255))
    tiny_gan().fit(path, batch_size=4, value_range=(0, 1), verbose=0)
    with pytest.raises(ValueError, match="pass `value_range="):
        tiny_gan().fit(path, batch_size=4, verbose=0)


def test_a_recipe_may_name_one(tmp_path, pixels, labels):
    path = tmp_path / "faces.npz"
    np.savez(path, images=pixels, labels=labels)
    recipe = recipes.with_options(family="cgan", data=str(path))
    assert recipe["arguments"]["image_shape"] == [8, 8, 1]
    assert recipes.build(recipe).num_classes == 3


def test_images_whose_channels_come_first(tmp_path, noise):
    path = tmp_path / "faces.npy"
    np.save(path, np.moveaxis(noise(4, channels=3), -1, 1))
    assert datasets.image_shape(path) == (8, 8, 3)
    recipe = recipes.with_options(family="mlp_gan", data=str(path), image_size=16)
    assert recipe["arguments"]["image_shape"] == [16, 16, 3]
    assert datasets.load(path, image_size=16)[0].shape == (4, 16, 16, 3)


@pytest.mark.parametrize("options", [{}, {"preparation": {"image_size": 16}}])
@pytest.mark.parametrize("shape", [(9, 784), (9,), (9, 8, 8, 5)])
def test_a_file_without_the_shape_of_images(tmp_path, shape, options):
    path = tmp_path / "rows.npy"
    np.save(path, np.zeros(shape, "uint8"))
    with pytest.raises(ValueError, match=r"rows\.npy: Images must .*Received"):
        datasets.image_shape(path, **options)


def test_a_zip_file_with_the_separators_of_windows(tmp_path, pixels):
    files = {f"x\\{'ab'[i % 2]}\\{i}.png": pixels[i] for i in range(4)}
    path = zipped(tmp_path / "faces.zip", files)
    assert datasets.label_names(path) == ("a", "b")
    assert datasets.load(path)[1].tolist() == [0, 1, 0, 1]
    outside = {f"..\\..\\{name}": image for name, image in files.items()}
    path = zipped(tmp_path / "out.zip", {**outside, "\\b\\9.png": pixels[0]})
    before = set(tmp_path.parent.rglob("*.png"))
    assert len(datasets.open_images(path).images) == 5
    assert set(tmp_path.parent.rglob("*.png")) == before
