"""Against per-image kernels of the definition, convolved by SciPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.signal import convolve2d, correlate2d
from second_derivative import check_second_derivative

from keras_gan_zoo.layers import ModulatedConv2D

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 4, 5, 3)).astype("float32")
STYLES = rng.normal(1.0, 0.5, size=(2, 3)).astype("float32")


def kernels(layer):
    """(n, rows, columns, in, out): one for each image."""
    kernel = ops.convert_to_numpy(layer.kernel).astype("float64")
    kernel = kernel[None] * STYLES[:, None, None, :, None]
    if layer.demodulate:
        return kernel / np.sqrt((kernel**2).sum((1, 2, 3), keepdims=True) + 1e-8)
    return kernel / np.sqrt(np.prod(layer.kernel.shape[:3]))


def every(function, given, kernel):
    """Sum over input channels of a 2D `function`, for each output channel."""
    return np.stack(
        [
            sum(
                function(given[..., i], kernel[..., i, o])
                for i in range(given.shape[-1])
            )
            for o in range(kernel.shape[-1])
        ],
        axis=-1,
    )


def spread(plane, kernel):
    """A transposed convolution of stride 2: each pixel leaves a kernel."""
    wide = np.zeros((2 * plane.shape[0] - 1, 2 * plane.shape[1] - 1))
    wide[::2, ::2] = plane
    return convolve2d(wide, kernel)


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("size", [3, 1])
def test_equals_the_definition(size, demodulate):
    layer = ModulatedConv2D(4, size, demodulate=demodulate)
    found = ops.convert_to_numpy(layer(X, STYLES))

    def same(plane, kernel):
        return correlate2d(plane, kernel, mode="same")

    for image, kernel, got in zip(X, kernels(layer), found, strict=True):
        np.testing.assert_allclose(got, every(same, image, kernel), atol=1e-5)


def test_upsampling():
    layer = ModulatedConv2D(4, 3, upsample=True)
    found = ops.convert_to_numpy(layer(X, STYLES))
    assert layer.compute_output_shape(X.shape, STYLES.shape) == found.shape
    for image, kernel, got in zip(X, kernels(layer), found, strict=True):
        np.testing.assert_allclose(got, every(spread, image, kernel), atol=1e-5)


@pytest.mark.parametrize("upsample", [False, True])
def test_second_derivative(upsample):
    keras.utils.set_random_seed(1)
    layer = ModulatedConv2D(4, 3, upsample)
    layer(X, STYLES)
    check_second_derivative(layer, X.shape, STYLES.shape, layers=[layer])
    # by the styles, as the path length takes it
    check_second_derivative(
        lambda styles, x: layer(x, styles), STYLES.shape, X.shape, layers=[layer]
    )


def test_float16_does_not_overflow():
    layer = ModulatedConv2D(4, 3, dtype="mixed_float16")
    plain = ModulatedConv2D(4, 3)
    large = (600.0 * X).astype("float16")
    layer(large, STYLES)
    plain(X, STYLES)
    plain.kernel.assign(layer.kernel)
    found = ops.convert_to_numpy(layer(large, 100.0 * STYLES)).astype("float32")
    want = 600.0 * ops.convert_to_numpy(plain(X, STYLES))
    np.testing.assert_allclose(found, want, atol=5e-3 * np.abs(want).max())
