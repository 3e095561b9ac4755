import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import stacks


@pytest.fixture
def few(monkeypatch, tmp_path):
    """A small MNIST in the folder of data, and small sizes of its stacks."""
    rng = np.random.default_rng(0)
    labels = {"train": np.arange(20) % 10, "test": np.arange(10)}
    arrays = {}
    for split, y in labels.items():
        arrays[f"y_{split}"] = y
        x = rng.integers(0, 256, (len(y), 28, 28), dtype="uint8")
        x[:, 0, 0] = y
        arrays[f"x_{split}"] = x
    np.savez(tmp_path / "mnist.npz", **arrays)
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path))
    monkeypatch.setitem(stacks.SIZES, "train", 50)
    monkeypatch.setitem(stacks.SIZES, "test", 30)
    return arrays


def test_a_stack_is_three_digits(few):
    images, modes = datasets.load("stacked_mnist", "train")
    assert images.shape == (50, 28, 28, 3)
    assert images.dtype == np.uint8
    red, green, blue = images[:, 0, 0].astype(int).T  # where the labels were put
    np.testing.assert_array_equal(modes, 100 * red + 10 * green + blue)
    chosen = stacks.choose(20, 50, 0)
    np.testing.assert_array_equal(images[7, :, :, 1], few["x_train"][chosen[7, 1]])
    assert len(np.unique(modes)) > 30


def test_the_same_ones_each_time_and_others_to_test(few):
    again = [datasets.load("stacked_mnist", "train[:10]")[0] for _ in range(2)]
    np.testing.assert_array_equal(*again)
    assert len(datasets.load("stacked_mnist", "test")[0]) == 30
    # The first draws of RandomState(0), which NumPy has frozen.
    assert stacks.choose(60_000, 1, 0).tolist() == [[2732, 43567, 42613]]


def test_modes_have_names():
    assert datasets.label_names("stacked_mnist")[42] == "042"
    assert datasets.image_shape("stacked_mnist") == (28, 28, 3)
