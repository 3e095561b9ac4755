import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.splits import select
from keras_gan_zoo.images import save_png

SOURCES = {
    "train": lambda: (np.arange(1000), np.arange(1000) % 10),
    "test": lambda: (np.arange(5000, 5007), None),
}


@pytest.mark.parametrize(
    ("split", "expected"),  # as TFDS documents its slicing
    [
        ("train", [(0, 1000)]),
        ("test", [(5000, 5007)]),
        ("train[:550]", [(0, 550)]),
        ("train[550:]", [(550, 1000)]),
        ("train[10:20]", [(10, 20)]),
        ("train[-100:]", [(900, 1000)]),
        ("train[:-100]", [(0, 900)]),
        ("train[:]", [(0, 1000)]),
        ("train[10%:20%]", [(100, 200)]),
        ("train[-25%:]", [(750, 1000)]),
        ("test[:50%]", [(5000, 5004)]),
        ("test[50%:]", [(5004, 5007)]),
        ("train+test", [(0, 1000), (5000, 5007)]),
        ("train[:10] + test[1:]", [(0, 10), (5001, 5007)]),
        (None, [(0, 1000), (5000, 5007)]),
    ],
)
def test_select(split, expected):
    parts = select(split, SOURCES)
    assert [(images[0], images[-1] + 1) for images, _ in parts] == expected
    for images, labels in parts:
        assert labels is None or (labels == images % 10).all()


@pytest.mark.parametrize(
    "split",
    [
        *("", "train[", "train[5]", "train[:5", "train[a:]", "train[:5:2]", "+", 5),
        *("train[1.5:]", "train[:5%%]", "tra in", "train+", "test:train"),
    ],
)
def test_bad_grammar(split):
    with pytest.raises(ValueError, match=r"TFDS notation.*Received: split="):
        select(split, SOURCES)


@pytest.mark.parametrize(
    "split",
    [
        *("train[:1001]", "train[1000:]", "train[5:5]", "train[6:5]"),
        *("train[-1001:]", "train[:0]", "train[:200%]", "test[:1%]"),
    ],
)
def test_slice_outside(split):
    with pytest.raises(ValueError, match=r"slice must contain.*Received: split="):
        select(split, SOURCES)


def test_unknown_split():
    with pytest.raises(ValueError, match="'dev'; this data set has: train, test"):
        select("dev", SOURCES)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("train", "train[55:]", 5),
        ("train[:55]", "train[55:]", 0),
        ("train[:50%]+test", "test[-3:]+train[20:40]", 13),
        ("train", "test", 0),
        (None, "train[10:20]", 10),
    ],
)
def test_images_that_two_splits_share(one, other, shared):
    sizes = {"train": 60, "test": 10}
    assert datasets.count_shared(one, other, sizes) == shared
    assert datasets.count_shared(other, one, sizes) == shared


def test_sizes_of_splits(tmp_path):
    assert datasets.split_sizes("fashion_mnist") == {"train": 60_000, "test": 10_000}
    for name in ("train/a/0", "train/b/0", "test/a/0"):
        image = np.zeros((2, 2, 1), "uint8")
        save_png(tmp_path / f"{name}.png", image)
    assert datasets.split_sizes(tmp_path) == {"train": 2, "test": 1}
    assert datasets.split_sizes(f"{tmp_path / 'train'}:train[:1]") == {"train": 2}
