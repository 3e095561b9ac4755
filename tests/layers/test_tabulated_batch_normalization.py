"""Batch norm by the latents' truncation, against the published arithmetic."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.layers import TabulatedBatchNormalization, TruncationShares

TABLES = 51


def published(truncation):
    """What pytorch-pretrained-BigGAN computes, in Python's floats."""
    shares = np.zeros(TABLES)
    rest, row = math.modf(truncation / (1.0 / (TABLES - 1)))
    row = int(row)
    if rest != 0.0:
        shares[row], shares[row + 1] = rest, 1 - rest
    else:
        shares[row] = 1.0
    return shares


def linear(truncation):
    places = np.arange(TABLES) / (TABLES - 1)
    return np.array([np.interp(truncation, places, row) for row in np.eye(TABLES)])


TABULATED = [round(0.02 * i, 2) for i in range(TABLES)]


@pytest.mark.parametrize("rule", [published, linear])
@pytest.mark.parametrize("truncations", [TABULATED, [0.011, 0.3301, 0.505, 0.999]])
def test_shares(rule, truncations):
    layer = TruncationShares(TABLES, published=rule is published)
    found = ops.convert_to_numpy(layer(np.array(truncations, "float32")))
    expected = [rule(truncation) for truncation in truncations]
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_published_rule_takes_a_neighbour_by_rounding():
    """So that the two rules are told apart by the test above."""
    others = [t for t in TABULATED if abs(published(t) - linear(t)).max() > 0.5]
    assert others == [0.14, 0.28, 0.56, 0.58, 0.94]


@pytest.fixture
def layer():
    layer = TabulatedBatchNormalization(3, momentum=0.5, epsilon=1e-3)
    layer.build((None, 2, 2, 4), (None, 3))
    rng = np.random.default_rng(0)
    for variable in layer.weights:
        variable.assign(rng.uniform(0.5, 2, variable.shape))
    return layer


def test_moments_of_its_truncation(layer):
    rng = np.random.default_rng(1)
    x, gain, bias = rng.normal(size=(2, 2, 2, 4)), *rng.normal(size=(2, 2, 4))
    shares = np.array([[0, 0.25, 0.75], [1, 0, 0]])
    arrays = [np.asarray(a, "float32") for a in (x, shares, gain, bias)]
    found = ops.convert_to_numpy(layer(*arrays))
    gamma, beta, mean, variance = (
        ops.convert_to_numpy(v).astype("float64")
        for v in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    )
    mean, variance = ((shares @ table)[:, None, None] for table in (mean, variance))
    expected = gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta
    expected = (1 + gain[:, None, None]) * expected + bias[:, None, None]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_training_moves_the_last_table(layer):
    x = np.random.default_rng(2).normal(size=(3, 2, 2, 4)).astype("float32")
    before = ops.convert_to_numpy(layer.moving_mean)
    layer(x, np.eye(3, dtype="float32"), training=True)
    after = ops.convert_to_numpy(layer.moving_mean)
    np.testing.assert_array_equal(after[:2], before[:2])
    expected = 0.5 * before[2] + 0.5 * x.mean(axis=(0, 1, 2))
    np.testing.assert_allclose(after[2], expected, rtol=1e-5)


def test_config(layer):
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert (again.tables, again.momentum, again.epsilon) == (3, 0.5, 1e-3)
    shares = TruncationShares(5, published=False)
    again = keras.layers.deserialize(keras.layers.serialize(shares))
    assert (again.tables, again.published) == (5, False)
