"""Against SciPy's `upfirdn`, both ways of computing it."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.signal import upfirdn
from second_derivative import check_second_derivative

from keras_gan_zoo import backend
from keras_gan_zoo.layers import FIRResampling2D


@pytest.fixture(params=[True, False], ids=["depthwise", "sums"])
def _way(request, monkeypatch):
    monkeypatch.setattr(backend, "GROUPED_CONVOLUTIONS", request.param)


def expected(x, up, down, kernel, padding, gain):
    taps = up * np.array(kernel, "float64") / sum(kernel)
    for axis, (before, after) in zip((1, 2), padding, strict=True):
        # SciPy's upsampling ends at the last pixel, and it pads with zeros itself
        wide = np.repeat(x, up, axis=axis)
        places = np.arange(wide.shape[axis])
        shape = [1] * x.ndim
        shape[axis] = -1
        wide = np.where((places % up == 0).reshape(shape), wide, 0.0)
        pads = [(0, 0)] * x.ndim
        pads[axis] = (before, after)
        full = upfirdn(taps, np.pad(wide, pads), axis=axis)
        valid = np.arange(len(taps) - 1, full.shape[axis] - len(taps) + 1)[::down]
        x = np.take(full, valid, axis=axis)
    return gain * x


AROUND = {(2, 1): (2, 1), (1, 2): (1, 1), (1, 1): (2, 1)}  # of four taps


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("kernel", [(1, 3, 3, 1), (1, 2, 0, 5), (1, 1), (3, 2, 1)])
@pytest.mark.parametrize(("up", "down"), AROUND)
@pytest.mark.parametrize("padding", [None, ((1, 1), (1, 1)), ((2, 3), (0, 4))])
def test_equals_scipy(up, down, kernel, padding):
    x = np.random.default_rng(0).normal(size=(2, 6, 4, 3)).astype("float32")
    layer = FIRResampling2D(up, down, kernel, padding, gain=4.0)
    taps = len(kernel)
    around = (
        padding
        or [
            ((taps + up - 1) // 2, (taps - up) // 2)
            if up > 1
            else ((taps - down + 1) // 2, (taps - down) // 2)
        ]
        * 2
    )
    if padding is None and taps == 4:
        assert around[0] == AROUND[up, down]
    found = ops.convert_to_numpy(layer(x))
    want = expected(x, up, down, kernel, around, 4.0)
    assert tuple(layer.compute_output_shape(x.shape)) == want.shape
    np.testing.assert_allclose(found, want, atol=1e-5)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("size", [5, 1])
def test_odd_sizes_round_up(size):
    x = np.ones((1, size, 8, 1), "float32")
    assert tuple(FIRResampling2D(down=2)(x).shape) == (1, -(-size // 2), 4, 1)
    assert tuple(FIRResampling2D(up=2)(x).shape) == (1, 2 * size, 16, 1)


def test_brightness_stays():
    x = np.ones((1, 16, 16, 1), "float32")
    for layer in (FIRResampling2D(up=2), FIRResampling2D(down=2), FIRResampling2D()):
        middle = ops.convert_to_numpy(layer(x))[0, 3:-3, 3:-3]
        np.testing.assert_allclose(middle, 1.0, atol=1e-6)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize(("up", "down"), AROUND)
def test_second_derivative(up, down):
    check_second_derivative(FIRResampling2D(up, down), (2, 4, 3, 2))


def test_in_a_model(tmp_path):
    x = keras.Input((6, 6, 2))
    model = keras.Model(x, FIRResampling2D(2, padding=((1, 2), (2, 1)))(x))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype("float32")
    found, want = (ops.convert_to_numpy(m(x)) for m in (loaded, model))
    np.testing.assert_array_equal(found, want)
    assert model.count_params() == 0


def test_bad_factors():
    with pytest.raises(ValueError, match="1 or 2"):
        FIRResampling2D(up=2, down=2)
