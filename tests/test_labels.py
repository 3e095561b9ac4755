"""What may be passed as class labels."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.labels import check_labels, read_labels, renumber

EXPECTED = np.array([2, 0, 1, 2], "int32")


@pytest.mark.parametrize(
    "labels",
    [
        [2, 0, 1, 2],
        EXPECTED.astype("uint8"),
        EXPECTED.astype("float64"),
        EXPECTED[:, None],
        np.eye(3)[EXPECTED],
        np.eye(3, dtype="int64")[EXPECTED],
        np.eye(3, dtype=bool)[EXPECTED],
        ops.convert_to_tensor(EXPECTED),
    ],
    ids=["list", "bytes", "floats", "column", "one-hot", "integers", "bools", "tensor"],
)
def test_labels_come_in_many_forms(labels):
    found = check_labels(labels, 4, 3)
    assert found.dtype == "int32"
    np.testing.assert_array_equal(found, EXPECTED)


def test_two_classes_in_a_column_are_no_one_hot_rows():
    np.testing.assert_array_equal(check_labels([[1], [0]], 2, 2), [1, 0])
    np.testing.assert_array_equal(check_labels([True, False], 2, 2), [1, 0])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 2], "a label for each image: shape \\(4,\\)"),
        (np.eye(4)[EXPECTED], "one-hot rows \\(4, 3\\)"),
        ([0, 1, 2, 3], "values from 0 to 3"),
        ([0, -1, 2, 1], "values from -1 to 2"),
        ([0, 0.5, 1, 2], "whole numbers from 0 to 2"),
        ([0, np.nan, 1, 2], "1 values that are not"),
        ([0, np.inf, 1, 2], "must be finite"),
        (np.full((4, 3), 1 / 3), "must be one-hot"),
        (np.zeros((4, 3)), "must be one-hot"),
        (np.where(np.eye(3)[EXPECTED], np.nan, 0), "must be finite"),
        (["ant", "bee", "cat", "bee"], "Number the classes first"),
        ([None] * 4, "as whole numbers"),
        (np.array(EXPECTED, "complex64"), "as whole numbers"),
        (1, "a label for each image"),
    ],
)
def test_errors_say_what_is_expected_and_what_came(labels, message):
    with pytest.raises(ValueError, match=f"{message}.*Received|Received.*{message}"):
        check_labels(labels, 4, 3)


def test_the_arguments_name_is_in_the_error():
    with pytest.raises(ValueError, match="`labels` must have"):
        check_labels([1], 4, 3, "labels")


def test_a_tensor_that_needs_gradients():
    if keras.config.backend() != "torch":
        pytest.skip("torch's own")
    import torch

    labels = torch.tensor([2.0, 0, 1, 2], requires_grad=True)
    np.testing.assert_array_equal(check_labels(labels, 4, 3), EXPECTED)


@pytest.mark.parametrize(
    ("labels", "expected", "names"),
    [
        ([[5], [7]], [5, 7], None),
        ([False, True], [0, 1], None),
        (np.eye(9)[[8, 0]], [8, 0], None),
        (["emu", "ant"], [1, 0], ("ant", "emu")),
        ([["emu"], ["emu"]], [0, 0], ("emu",)),
    ],
)
def test_labels_of_any_number_of_classes(labels, expected, names):
    found = read_labels(labels, 2)
    assert (found[0].tolist(), found[1]) == (expected, names)
    assert found[0].dtype == "int64"


@pytest.mark.parametrize(
    ("names", "known", "expected"),
    [
        (("ant", "bee"), ("ant", "bee"), [0, 1, 1]),
        (("ant", "cat"), ("ant", "bee", "cat"), [0, 2, 2]),
        (("ant", "bee"), ("bee", "ant"), [1, 0, 0]),
        (None, ("bee", "ant"), [0, 1, 1]),
        (("ant", "bee"), None, [0, 1, 1]),
    ],
)
def test_labels_are_numbered_by_name(names, known, expected):
    assert renumber(np.array([0, 1, 1]), names, known).tolist() == expected
    assert renumber(None, names, known) is None


def test_a_class_that_is_not_known():
    with pytest.raises(ValueError, match=r"Received: .*lacks 'dog'; it has 'ant'"):
        renumber(np.array([0, 1]), ("ant", "dog"), ("ant", "bee"))
