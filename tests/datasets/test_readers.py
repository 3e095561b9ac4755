import hashlib
import io
import os
import tarfile

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.catalogue import DIGITS

RNG = np.random.default_rng(0)
DATA = os.environ.get("KERAS_GAN_ZOO_DATA")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"


@pytest.fixture
def offline(monkeypatch):
    def fail():
        raise Exception("URL fetch failure on https://example.org: no network")

    for name in ("mnist", "fashion_mnist", "cifar10"):
        monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)


def arrays(shape, train=20, test=10):
    return {
        "x_train": RNG.integers(0, 256, (train, *shape), dtype="uint8"),
        "y_train": RNG.integers(0, 10, train, dtype="uint8"),
        "x_test": RNG.integers(0, 256, (test, *shape), dtype="uint8"),
        "y_test": RNG.integers(0, 10, test, dtype="uint8"),
    }


def test_digits():
    assert DIGITS.stat().st_size < 2e6
    train, train_labels = datasets.load("digits")
    test, test_labels = datasets.load("digits", "test")
    assert (train.shape, test.shape) == ((9000, 28, 28, 1), (1000, 28, 28, 1))
    assert train.dtype == test.dtype == np.uint8
    assert np.bincount(train_labels).tolist() == [900] * 10
    assert np.bincount(test_labels).tolist() == [100] * 10
    assert len({image.tobytes() for image in (*train, *test)}) == 10_000
    assert np.bincount(datasets.load("digits", "test[20:120]")[1]).tolist() == [10] * 10
    assert abs(train.mean() - 33.3184) < 0.5  # MNIST's train set


def test_digits_need_no_data_folder(monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", "/no/such/folder")
    assert len(datasets.load("digits:test")[0]) == 1000


@pytest.mark.parametrize(
    ("name", "shape", "image_shape"),
    [
        ("mnist", (28, 28), (28, 28, 1)),
        ("fashion_mnist", (28, 28), (28, 28, 1)),
        ("cifar10", (32, 32, 3), (32, 32, 3)),
    ],
)
def test_data_folder(folder, name, shape, image_shape):
    data = arrays(shape)
    np.savez_compressed(folder / f"{name}.npz", **data)
    for split in ("train", "test"):
        images, labels = datasets.load(name, split)
        assert images.shape[1:] == image_shape == datasets.CATALOGUE[name].image_shape
        expected = data[f"x_{split}"].reshape(images.shape)
        np.testing.assert_array_equal(images, expected)
        np.testing.assert_array_equal(labels, data[f"y_{split}"])
        assert labels.dtype == np.int64
    images, labels = datasets.load(f"{name}:train[-5:]+test")
    np.testing.assert_array_equal(labels[:5], data["y_train"][-5:])
    assert len(images) == len(labels) == 15
    assert len(datasets.load(name, None)[0]) == 30
    with pytest.raises(ValueError, match=r"in TFDS notation.*train\[5"):
        datasets.load(f"{name}:train[5")


def test_names_win_over_folders(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").mkdir()
    assert len(datasets.load("digits")[0]) == 9000
    with pytest.raises(ValueError, match="must contain images"):
        datasets.load("./digits")


def test_emoji_have_no_labels(folder):
    data = arrays((32, 32, 3))
    np.savez(folder / "emoji32.npz", x_train=data["x_train"], x_test=data["x_test"])
    images, labels = datasets.load("emoji32", "train+test")
    assert images.shape == (30, 32, 32, 3)
    assert labels is None


def test_keras_download(monkeypatch):
    data = arrays((32, 32, 3))
    monkeypatch.delenv("KERAS_GAN_ZOO_DATA")
    monkeypatch.setattr(
        keras.datasets.cifar10,
        "load_data",
        lambda: (
            (data["x_train"], data["y_train"][:, None]),
            (data["x_test"], data["y_test"][:, None]),
        ),
    )
    images, labels = datasets.load("cifar10", "test")
    np.testing.assert_array_equal(images, data["x_test"])
    np.testing.assert_array_equal(labels, data["y_test"])


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_failed_download(name):
    with pytest.raises(ConnectionError, match=rf"{name}\.npz .*KERAS_GAN_ZOO_DATA"):
        datasets.load(name)


@pytest.mark.parametrize("set_folder", [True, False])
@pytest.mark.parametrize(
    ("name", "file"),
    [("cifar10_jpeg", "cifar10_jpeg.tar.gz"), ("emoji32", "emoji32.npz")],
)
def test_only_in_the_data_folder(monkeypatch, name, file, set_folder):
    if not set_folder:
        monkeypatch.delenv("KERAS_GAN_ZOO_DATA")
    with pytest.raises(ValueError, match=f"{file} .*Received: KERAS_GAN_ZOO_DATA="):
        datasets.load(name)


def test_data_folder_that_is_none(monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", "/no/such/folder")
    with pytest.raises(ValueError, match=r"must name the folder.*/no/such/folder"):
        datasets.load("mnist")


@pytest.mark.parametrize("damage", ["text", "empty", "truncated", "keys", "pickle"])
def test_damaged_npz(folder, damage):
    path = folder / "mnist.npz"
    np.savez(path, **arrays((28, 28)))
    if damage == "text":
        path.write_text("not found")
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-2000])
    elif damage == "keys":
        np.savez(path, images=np.zeros((2, 28, 28), "uint8"))
    else:
        np.savez(path, x_train=np.array([{}, {}], object))
    with pytest.raises(ValueError, match=r"x_train.*Received: .*mnist\.npz"):
        datasets.load("mnist")


def jpeg(value):
    file = io.BytesIO()
    Image.new("RGB", (32, 32), (value, value, value)).save(file, "JPEG")
    return file.getvalue()


def write_tar(folder, files):
    with tarfile.open(folder / "cifar10_jpeg.tar.gz", "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def test_jpeg_copy(folder, tmp_path):
    files = {
        f"{split}/{name}/000{k}.jpg": jpeg(100 * (split == "test") + 20 * label + k)
        for split in ("test", "train")
        for label, name in enumerate(("airplane", "truck"))
        for k in range(3)
    }
    write_tar(folder, files)
    for _ in range(2):  # decoded, then from the cache
        images, labels = datasets.load("cifar10_jpeg", "train")
        assert labels.tolist() == [0, 1, 0, 1, 0, 1]  # any slice holds both classes
        assert images[:, 0, 0, 0].tolist() == [0, 20, 1, 21, 2, 22]
        test, _ = datasets.load("cifar10_jpeg", "test[:2]")
        assert test[:, 0, 0, 0].tolist() == [100, 120]
    cached = sorted((tmp_path / "cache").iterdir())
    assert len(cached) == 2
    for path in cached:
        path.write_bytes(b"damaged")
    np.testing.assert_array_equal(datasets.load("cifar10_jpeg")[0], images)
    write_tar(folder, files | {"train/truck/0003.jpg": jpeg(200)})
    assert len(datasets.load("cifar10_jpeg")[0]) == 7  # another file, another entry


def test_cache_that_can_not_be_written(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "file" / "cache"))
    write_tar(folder, {"train/a/0.jpg": jpeg(5), "train/b/0.jpg": jpeg(6)})
    assert len(datasets.load("cifar10_jpeg")[0]) == 2


def test_a_tar_without_the_split(folder):
    write_tar(folder, {"train/a/0.jpg": jpeg(5)})
    with pytest.raises(ValueError, match=r"test/cat/0\.png.*Received: .*'test'"):
        datasets.load("cifar10_jpeg", "test")


def test_damaged_tar(folder):
    write_tar(folder, {"train/a/0.jpg": jpeg(5), "train/b/0.jpg": b"no image"})
    with pytest.raises(ValueError, match=r"Received: .*train/b/0\.jpg"):
        datasets.load("cifar10_jpeg")
    path = folder / "cifar10_jpeg.tar.gz"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match=r"Received: .*cifar10_jpeg\.tar\.gz"):
        datasets.load("cifar10_jpeg")


def test_fingerprint():
    images = RNG.integers(0, 256, (4, 3, 2, 1), dtype="uint8")
    digest = hashlib.sha256(b"(4, 3, 2, 1)" + images.tobytes()).hexdigest()
    assert datasets.fingerprint(images) == digest
    assert datasets.fingerprint(images[..., 0]) == digest
    assert datasets.fingerprint(np.asfortranarray(images)) == digest
    assert datasets.fingerprint(images.reshape(4, 2, 3, 1)) != digest
    assert datasets.fingerprint(images ^ np.uint8(1)) != digest
    with pytest.raises(ValueError, match="Received"):
        datasets.fingerprint(images / 255)


@pytest.mark.skipif(not DATA, reason="KERAS_GAN_ZOO_DATA does not name the full sets")
@pytest.mark.parametrize(
    ("name", "mean"), [("mnist:train", 33.3184), ("mnist:test", 33.7912)]
)
def test_full_mnist(name, mean, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", DATA)
    images, labels = datasets.load(name)
    assert abs(images.mean() - mean) < 1e-4
    if name == "mnist:train":
        digits, digit_labels = datasets.load("digits")
        known = {image.tobytes(): y for image, y in zip(images, labels, strict=True)}
        found = [known[image.tobytes()] for image in digits]
        assert found == digit_labels.tolist()


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (np.zeros(21, int), "a label for each of the 20 images"),
        (np.ones((20, 10), int), "one-hot"),
        (np.array(["cat"] * 20), "the labels are text, cat"),
    ],
)
def test_labels_that_do_not_fit(folder, labels, says):
    np.savez(folder / "mnist.npz", **{**arrays((28, 28)), "y_train": labels})
    with pytest.raises(ValueError, match=f"Download or copy.*mnist.npz.*{says}"):
        datasets.load("mnist")


def test_labels_in_one_hot_rows(folder):
    made = arrays((28, 28))
    rows = np.eye(10)[made["y_train"]]
    np.savez(folder / "mnist.npz", **{**made, "y_train": rows})
    np.testing.assert_array_equal(datasets.load("mnist")[1], made["y_train"])
