"""Data sets that come in batches, read to their end into one array."""

import keras
import numpy as np
import pytest

from keras_gan_zoo.datasets import gather, gathering


def batches(*arrays, size=5):
    n = len(arrays[0])
    parts = [tuple(a[i : i + size] for a in arrays) for i in range(0, n, size)]
    return iter([part if len(part) > 1 else part[0] for part in parts])


@pytest.mark.parametrize("spill", [0, 10**9])
def test_all_images_in_memory_or_in_a_file(noise, spill, monkeypatch):
    monkeypatch.setattr(gathering, "SPILL", spill or 1)
    pixels = noise(23, channels=3)
    found, labels = gather(batches(pixels))
    assert isinstance(found, np.memmap) == (spill == 0)
    np.testing.assert_array_equal(found, pixels)
    assert labels is None


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        (np.arange(23), True),
        (np.arange(23)[:, None].astype("uint8"), True),
        (np.arange(23).astype("float32"), True),
        (np.eye(23), True),
        (np.ones((23, 3)), False),
        (np.array(["cat"] * 23), False),
        (np.arange(23) / 2, False),
        (np.zeros((23, 8, 8, 1), "uint8"), False),
    ],
)
def test_labels_are_whole_numbers(noise, second, kept):
    found, labels = gather(batches(noise(23), second))
    np.testing.assert_array_equal(found, noise(23))
    if kept:
        np.testing.assert_array_equal(labels, np.arange(23))
    else:
        assert labels is None


def test_floats_are_rounded(noise):
    pixels = noise(23)
    found, _ = gather(batches(pixels / np.float32(255)), value_range=(0, 1))
    np.testing.assert_array_equal(found, pixels)
    with pytest.raises(ValueError, match=r"Batch 0 .*pass `value_range="):
        gather(batches(pixels / np.float32(255)))


class Endless(keras.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.zeros((2, 8, 8, 1), "uint8")


class Cardinal:
    def cardinality(self):
        return -1

    def __iter__(self):
        while True:
            yield np.zeros((2, 8, 8, 1), "uint8")


@pytest.mark.parametrize("x", [Endless(workers=1), Cardinal()])
def test_without_an_end(x):
    with pytest.raises(ValueError, match="must have one"):
        gather(x)


def test_sizes_must_agree(noise):
    with pytest.raises(ValueError, match=r"\(8, 8, 1\), then of shape \(8, 8, 3\)"):
        gather(iter([noise(2), noise(2, channels=3)]))


def test_an_empty_one():
    with pytest.raises(ValueError, match="at least one batch"):
        gather(iter([]))
