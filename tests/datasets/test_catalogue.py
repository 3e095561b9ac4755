"""What the package knows of each named data set."""

import os

import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import CATALOGUE
from keras_gan_zoo.scoring import EXTRACTORS


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_row_is_whole(name):
    row = CATALOGUE[name]
    assert row.title
    assert row.license
    assert "\n" not in row.description
    assert row.splits["train"] > row.splits["test"]
    assert row.extractor in (None, *EXTRACTORS)
    assert datasets.label_names(name) == row.label_names
    assert row.num_classes == (len(row.label_names) if row.label_names else None)


def test_names_of_classes():
    assert datasets.label_names("digits:test[:10]") == tuple("0123456789")
    assert datasets.label_names("cifar10")[3] == "cat"
    assert datasets.label_names("fashion_mnist")[9] == "ankle boot"
    assert datasets.label_names("emoji32") is None
    with pytest.raises(ValueError, match="no data set of that name"):
        datasets.label_names("digit")


def test_the_labels_of_digits_are_in_the_range_of_their_names():
    _, labels = datasets.load("digits", None)
    assert set(labels) == set(range(CATALOGUE["digits"].num_classes))


@pytest.mark.skipif(
    not os.environ.get("KERAS_GAN_ZOO_DATA"),
    reason="KERAS_GAN_ZOO_DATA does not name the full sets",
)
@pytest.mark.parametrize("name", CATALOGUE)
def test_a_row_is_true(name):
    row = CATALOGUE[name]
    try:
        images, labels = datasets.load(name, "test")
    except ConnectionError:
        pytest.skip(f"KERAS_GAN_ZOO_DATA has no {name}, and it can't be downloaded")
    assert images.shape == (row.splits["test"], *row.image_shape)
    found = None if labels is None else int(labels.max()) + 1
    assert found == row.num_classes
    if row.held_out:
        held_out = len(datasets.load(name, row.held_out)[0])
        assert held_out >= row.splits["train"] / 12
