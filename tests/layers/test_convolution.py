"""Against SciPy's correlation of each group, both ways of computing it."""

import json

import keras
import numpy as np
import pytest
from keras import ops
from scipy.signal import correlate
from second_derivative import check_second_derivative

from keras_gan_zoo import backend
from keras_gan_zoo.layers import Conv2D
from keras_gan_zoo.networks import r3gan_generator


@pytest.fixture(params=[True, False], ids=["one by one", "at once"])
def _way(request, monkeypatch):
    monkeypatch.setattr(backend, "slow_groups", lambda: request.param)


def built(shape, **settings):
    layer = Conv2D(6, 3, groups=2, **settings)
    layer.build(shape)
    rng = np.random.default_rng(0)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape).astype("float32"))
    return layer, rng.normal(size=shape).astype("float32")


def expected(x, kernel, bias):
    """`x`, channels last and padded: filters read their half of the channels."""
    x, kernel = x.astype("float64"), kernel.astype("float64")
    halves = np.split(x, 2, axis=-1), np.split(kernel, 2, axis=-1)
    images = [
        correlate(image, half[..., i], mode="valid")[..., 0]
        for images, half in zip(*halves, strict=True)
        for i in range(half.shape[-1])
        for image in images
    ]
    found = np.reshape(images, (kernel.shape[-1], len(x), *images[0].shape))
    return np.moveaxis(found, 0, -1) + bias


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_equals_scipy(stride, padding):
    layer, x = built((2, 7, 5, 4), strides=stride, padding=padding)
    around = 1 if padding == "same" else 0
    padded = np.pad(x, [(0, 0), (around, around), (around, around), (0, 0)])
    want = expected(padded, *map(ops.convert_to_numpy, layer.weights))
    want = want[:, ::stride, ::stride]
    found = ops.convert_to_numpy(layer(x))
    assert tuple(layer.compute_output_shape(x.shape)) == want.shape
    np.testing.assert_allclose(found, want, atol=1e-5)


@pytest.mark.usefixtures("_way")
def test_channels_first():
    first, _ = built((2, 4, 6, 6), data_format="channels_first")
    last, x = built((2, 6, 6, 4), data_format="channels_last")
    moved = np.moveaxis(x, -1, 1)
    found = np.moveaxis(ops.convert_to_numpy(first(moved)), 1, -1)
    np.testing.assert_allclose(found, ops.convert_to_numpy(last(x)), atol=1e-5)


@pytest.mark.usefixtures("_way")
def test_second_derivative():
    layer, x = built((2, 4, 5, 4), padding="same")
    kernel = layer.kernel.shape
    check_second_derivative(layer.convolution_op, x.shape, kernel, tolerance=0.03)


def test_is_a_convolution():
    x = keras.Input((5, 5, 4))
    model = keras.Model(x, Conv2D(6, 3, groups=2, activation="relu")(x))
    plain = keras.Model(x, keras.layers.Conv2D(6, 3, groups=2, activation="relu")(x))
    plain.set_weights(model.get_weights())
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype("float32")
    want = plain.predict(x, verbose=0)
    for one in (model, copy):
        np.testing.assert_allclose(one.predict(x, verbose=0), want, atol=1e-5)


def test_networks_use_it(tmp_path):
    """Their files of weights are as with Keras' own."""
    network = r3gan_generator((8, 8, 1), widths=(16, 8), group_size=8, blocks=1)
    grouped = network.get_layer("stage_0_block_0_groups")
    assert (type(grouped), grouped.groups) == (Conv2D, 4)
    network.save_weights(tmp_path / "new.weights.h5")
    config = json.dumps(network.get_config())
    for name in (Conv2D.__module__, "keras_gan_zoo>Conv2D"):
        assert name in config
    config = config.replace(Conv2D.__module__, "keras.layers")
    config = config.replace("keras_gan_zoo>Conv2D", "Conv2D")
    plain = keras.Model.from_config(json.loads(config))
    assert type(plain.get_layer("stage_0_block_0_groups")) is keras.layers.Conv2D
    plain.load_weights(tmp_path / "new.weights.h5")
    for one, other in zip(network.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (one, other)))
