"""StyleGAN2's and progressive GAN's small layers, against NumPy."""

import keras
import numpy as np
import pytest
from keras import layers as keras_layers
from keras import ops
from second_derivative import check_second_derivative

from keras_gan_zoo.layers import (
    BiasActivation,
    EqualizedLearningRate,
    FreshLatents,
    LatentAverage,
    LearnedConstant,
    MinibatchStandardDeviation,
    NoiseInjection,
    PixelNormalization,
    StyleMixing,
)

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 3, 5, 6)).astype("float32")


def numpy(x):
    return ops.convert_to_numpy(x)


# === Equalized learning rate ===


@pytest.mark.parametrize("multiplier", [1.0, 0.01])
def test_equalized_dense(multiplier):
    layer = EqualizedLearningRate(keras_layers.Dense(200), 1.5, multiplier)
    x = X[:, 0, 0]
    layer(x)
    kernel, bias = (numpy(w) for w in layer.weights)
    assert kernel.std() * multiplier == pytest.approx(1.0, rel=0.05)
    layer.layer.bias.assign(rng.normal(size=200))
    bias = numpy(layer.layer.bias)
    expected = multiplier * (1.5 / np.sqrt(6) * x @ kernel + bias)
    np.testing.assert_allclose(numpy(layer(x)), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(numpy(layer.layer.kernel), kernel)


def test_equalized_convolution_and_embedding():
    plain = keras_layers.Conv2D(7, 3, padding="same")
    plain.build(X.shape)
    layer = EqualizedLearningRate(keras_layers.Conv2D(7, 3, padding="same"))
    layer(X)
    plain.kernel.assign(layer.layer.kernel / np.sqrt(9 * 6))
    np.testing.assert_allclose(numpy(layer(X)), numpy(plain(X)), atol=1e-5)
    table = EqualizedLearningRate(keras_layers.Embedding(9, 5))
    found = numpy(table(np.array([8, 0])))
    rows = numpy(table.layer.embeddings)
    np.testing.assert_allclose(found, rows[[8, 0]] / 3.0, rtol=1e-5)


def test_equalized_depthwise_convolution():
    """An output of it sees one channel alone."""
    arguments = {"kernel_size": 3, "depth_multiplier": 40, "padding": "same"}
    plain = keras_layers.DepthwiseConv2D(**arguments)
    plain.build(X.shape)
    layer = EqualizedLearningRate(keras_layers.DepthwiseConv2D(**arguments))
    layer(X)
    assert numpy(layer.layer.kernel).std() == pytest.approx(1.0, rel=0.05)
    plain.kernel.assign(layer.layer.kernel / 3.0)
    np.testing.assert_allclose(numpy(layer(X)), numpy(plain(X)), atol=1e-5)


def test_equalized_layers_are_stored_as_drawn(tmp_path):
    x = keras.Input((6,))
    dense = keras_layers.Dense(3, bias_initializer="ones")
    y = EqualizedLearningRate(dense, multiplier=0.1, name="dense")(x)
    model = keras.Model(x, y)
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = X[:, 0, 0]
    for other in (clone, loaded):
        np.testing.assert_array_equal(numpy(other(x)), numpy(model(x)))
    assert len(model.trainable_variables) == 2


def test_equalized_gradients_are_scaled():
    layer = EqualizedLearningRate(keras_layers.Conv2D(2, 3))
    layer.build(X.shape)
    check_second_derivative(layer, X.shape, layers=[layer])


@pytest.mark.parametrize("wrapped", ["relu", "transposed"])
def test_what_has_no_fan_in(wrapped):
    layer = {
        "relu": keras_layers.ReLU(),
        "transposed": keras_layers.Conv2DTranspose(3, 2),
    }[wrapped]
    with pytest.raises(ValueError, match="must wrap a layer with a kernel"):
        EqualizedLearningRate(layer)(X)
    with pytest.raises(ValueError, match="`multiplier` must be above 0"):
        EqualizedLearningRate(keras_layers.Dense(1), multiplier=0.0)


# === Pixel norm, bias and activation ===


@pytest.mark.parametrize("x", [X, X[:, 0, 0]])
def test_pixel_normalization(x):
    expected = x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8)
    np.testing.assert_allclose(numpy(PixelNormalization()(x)), expected, atol=1e-5)


def test_second_derivative_of_pixel_normalization():
    check_second_derivative(PixelNormalization(), (3, 2, 4))


@pytest.mark.parametrize("slope", [0.2, 1.0])
def test_bias_activation(slope):
    layer = BiasActivation(slope, gain=3.0, limit=2.0)
    layer.build(X.shape)
    layer.bias.assign(np.arange(6.0))
    x = X + np.arange(6.0)
    expected = np.clip(3.0 * np.where(x > 0, x, slope * x), -2.0, 2.0)
    np.testing.assert_allclose(numpy(layer(X)), expected, atol=1e-5)
    assert BiasActivation(use_bias=False)(X) is not None


def test_default_gain_keeps_the_mean_square():
    x = rng.normal(size=100_000).astype("float32")[:, None]
    found = numpy(BiasActivation(use_bias=False)(x))
    assert (found**2).mean() == pytest.approx(1.04, abs=0.02)


# === What differs between training and inference ===


def test_noise():
    layer = NoiseInjection(seed=1)
    layer.build(X.shape)
    np.testing.assert_array_equal(numpy(layer(X, training=True)), X)
    layer.strength.assign(0.5)
    stored = numpy(layer.noise)
    assert stored.shape == (3, 5, 1)
    np.testing.assert_allclose(numpy(layer(X)), X + 0.5 * stored, atol=1e-6)
    drawn = numpy(layer(X, training=True)) - X
    assert np.abs(drawn - drawn[..., :1]).max() < 1e-5  # one map for all channels
    assert np.abs(drawn[0] - drawn[1]).max() > 0.1  # but not for all images
    again = numpy(layer(X, training=True)) - X
    assert np.abs(drawn - again).max() > 0.1
    assert [v.path.split("/")[-1] for v in layer.trainable_variables] == ["strength"]


def test_the_average_of_latents():
    layer = LatentAverage(decay=0.9)
    z = X[:, 0, 0]
    layer.build(z.shape)
    expected = np.zeros(6)
    for batch in (z, z + 1, z * 2):
        np.testing.assert_array_equal(numpy(layer(batch, training=True)), batch)
        expected = 0.9 * expected + 0.1 * batch.mean(0)
    np.testing.assert_allclose(numpy(layer.average), expected, rtol=1e-5)
    layer(z)
    np.testing.assert_allclose(numpy(layer.average), expected, rtol=1e-5)
    found = numpy(layer.truncate(z[:, None], 0.7))
    np.testing.assert_allclose(
        found[:, 0], expected + 0.7 * (z - expected), rtol=1e-4, atol=1e-6
    )


def test_style_mixing():
    layer = StyleMixing(layers=5, probability=0.9, seed=3)
    first, other = np.zeros((2, 3), "float32"), np.ones((2, 3), "float32")
    np.testing.assert_array_equal(numpy(layer(first, other)), np.zeros((2, 5, 3)))
    counts = np.zeros(6)
    for _ in range(100):
        found = numpy(layer(first, other, training=True))
        ones = int(found[0, :, 0].sum())
        assert (found == (np.arange(5) >= 5 - ones)[None, :, None]).all()
        counts[ones] += 1
    assert counts[5] == 0  # the first layer has always the first latent
    assert counts[0] == pytest.approx(10, abs=9)
    assert (counts[1:5] > 8).all()
    never = StyleMixing(layers=5, probability=0.0)
    assert not numpy(never(first, other, training=True)).any()


def test_fresh_latents():
    layer = FreshLatents(seed=2)
    z = np.zeros((1000, 4), "float32")
    np.testing.assert_array_equal(numpy(layer(z)), z)
    drawn = numpy(layer(z, training=True))
    assert drawn.std() == pytest.approx(1.0, abs=0.05)
    assert np.abs(numpy(layer(z, training=True)) - drawn).max() > 0.1


def test_a_learned_constant():
    layer = LearnedConstant((2, 3, 4))
    found = numpy(layer(np.zeros((5, 7))))
    expected = np.broadcast_to(numpy(layer.constant), (5, 2, 3, 4))
    np.testing.assert_array_equal(found, expected)
    assert layer.compute_output_shape((None, 7)) == (None, 2, 3, 4)


@pytest.mark.parametrize(
    ("layer", "setting"),
    [
        (BiasActivation, {"limit": -1.0}),
        (BiasActivation, {"limit": 0.0}),
        (StyleMixing, {"layers": 4, "probability": 1.5}),
        (StyleMixing, {"layers": 4, "probability": -0.1}),
        (MinibatchStandardDeviation, {"group_size": 0}),
    ],
)
def test_settings_that_mean_nothing(layer, setting):
    name, value = list(setting.items())[-1]
    with pytest.raises(ValueError, match=f"`{name}` must .*Received: {name}={value}"):
        layer(**setting)
