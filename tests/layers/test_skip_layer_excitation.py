"""FastGAN's layers against NumPy written out."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.layers import GLU, SkipLayerExcitation
from keras_gan_zoo.layers.skip_layer_excitation import cell_means


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_glu():
    x = normal(2, 3, 4, 6)
    found = ops.convert_to_numpy(GLU()(x))
    np.testing.assert_allclose(found, x[..., :3] * sigmoid(x[..., 3:]), atol=1e-5)
    with pytest.raises(ValueError, match="even number of channels"):
        GLU().compute_output_shape((2, 3, 5))


def pooled(x, cells, axis):
    """torch's adaptive average pooling of one axis."""
    size = x.shape[axis]
    return np.stack(
        [
            x.take(range(i * size // cells, -(-(i + 1) * size // cells)), axis).mean(
                axis
            )
            for i in range(cells)
        ],
        axis,
    )


@pytest.mark.parametrize(("size", "cells"), [(8, 4), (3, 2), (2, 4), (5, 5), (7, 3)])
def test_cell_means(size, cells):
    x = normal(size)
    np.testing.assert_allclose(cell_means(size, cells) @ x, pooled(x, cells, 0), 1e-5)


@pytest.mark.parametrize("spectral", [True, False])
@pytest.mark.parametrize("grid", [(4, 4), (3, 2)])
def test_excitation(grid, spectral):
    small, large = normal(2, 8, 6, 5), normal(2, 16, 12, 3)
    layer = SkipLayerExcitation(grid, spectral)
    layer(small, large)
    for v in layer.trainable_variables:
        v.assign(0.1 * normal(*v.shape))

    def kernel(of):
        if not spectral:
            return ops.convert_to_numpy(of.kernel)
        w, u, v = map(ops.convert_to_numpy, (of.layer.kernel, of.u, of.v))
        return w / (v @ w.reshape(-1, w.shape[-1]) @ u)

    x = pooled(pooled(small, grid[0], 1), grid[1], 2)
    x = np.einsum("nijc,ijcd->nd", x, kernel(layer.convolution))
    x = x * sigmoid(x) @ kernel(layer.mix)[0, 0]
    expected = large * sigmoid(x)[:, None, None]
    found = ops.convert_to_numpy(layer(small, large))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert (again.grid, again.spectral) == (grid, spectral)
