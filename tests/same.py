"""Variables as arrays, and whether two lists of them are equal to the bit."""

import numpy as np
from keras import ops


def values(variables):
    return [np.array(ops.convert_to_numpy(v)) for v in variables]


def assert_same(left, right):
    for a, b in zip(values(left), values(right), strict=True):
        np.testing.assert_array_equal(a, b)
