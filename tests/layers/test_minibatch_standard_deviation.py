"""Both groupings against loops over images."""

import numpy as np
import pytest
from keras import ops
from second_derivative import check_second_derivative

from keras_gan_zoo.layers import MinibatchStandardDeviation


def groups_of(n, size, grouping):
    if n % size:
        size = n
    if grouping == "consecutive":
        return [range(i, i + size) for i in range(0, n, size)]
    return [range(i, n, n // size) for i in range(n // size)]


@pytest.mark.parametrize("grouping", ["strided", "consecutive"])
@pytest.mark.parametrize("n", [8, 4, 2, 1, 6])
@pytest.mark.parametrize("features", [1, 2])
def test_equals_the_definition(n, grouping, features):
    x = np.random.default_rng(0).normal(size=(n, 3, 2, 4)).astype("float32")
    layer = MinibatchStandardDeviation(4, grouping, features)
    found = ops.convert_to_numpy(layer(x))
    assert found.shape == (n, 3, 2, 4 + features)
    assert layer.compute_output_shape((None, 3, 2, 4)) == (None, 3, 2, 4 + features)
    np.testing.assert_array_equal(found[..., :4], x)
    width = 4 // features
    for group in groups_of(n, 4, grouping):
        for feature in range(features):
            some = x[list(group)][..., feature * width : (feature + 1) * width]
            unbiased = grouping == "consecutive" and len(group) > 1
            deviation = np.sqrt(some.var(0, ddof=int(unbiased)) + 1e-8).mean()
            for image in group:
                appended = found[image, ..., 4 + feature]
                np.testing.assert_allclose(appended, deviation, rtol=1e-5)


def test_a_batch_may_be_one_group():
    x = np.random.default_rng(0).normal(size=(6, 2, 2, 3)).astype("float32")
    found, expected = (MinibatchStandardDeviation(size)(x) for size in (None, 6))
    np.testing.assert_array_equal(*map(ops.convert_to_numpy, (found, expected)))


@pytest.mark.parametrize("grouping", ["strided", "consecutive"])
def test_second_derivative(grouping):
    layer = MinibatchStandardDeviation(2, grouping)
    check_second_derivative(layer, (4, 2, 2, 3))


def test_bad_grouping():
    with pytest.raises(ValueError, match="`grouping` must be one of"):
        MinibatchStandardDeviation(grouping="random")
