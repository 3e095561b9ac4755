"""Against NumPy; the second derivative against finite differences."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    ModulatedBatchNormalization,
)

X = np.random.default_rng(0).normal(2.0, 3.0, (6, 4, 5, 3)).astype("float32")


def numpy(x):
    return ops.convert_to_numpy(x)


def test_equals_the_definition():
    layer = BatchNormalization(momentum=0.9, epsilon=1e-5)
    layer.build(X.shape)
    gamma, beta = np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.0, 3.0])
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    mean, variance = X.mean((0, 1, 2)), X.var((0, 1, 2))
    expected = gamma * (X - mean) / np.sqrt(variance + 1e-5) + beta
    np.testing.assert_allclose(numpy(layer(X, training=True)), expected, atol=1e-4)
    mean, variance = 0.1 * mean, 0.9 + 0.1 * variance
    np.testing.assert_allclose(numpy(layer.moving_mean), mean, rtol=1e-5)
    np.testing.assert_allclose(numpy(layer.moving_variance), variance, rtol=1e-5)
    expected = gamma * (X - mean) / np.sqrt(variance + 1e-5) + beta
    np.testing.assert_allclose(numpy(layer(X)), expected, atol=1e-4)
    layer.trainable = False
    np.testing.assert_allclose(numpy(layer(X, training=True)), expected, atol=1e-4)


@pytest.mark.parametrize("axis", [1, -1])
def test_equals_keras(axis):
    ours = BatchNormalization(axis=axis)
    keras_own = keras.layers.BatchNormalization(axis=axis)
    for _ in range(2):
        got, expected = ours(X, training=True), keras_own(X, training=True)
        np.testing.assert_allclose(numpy(got), numpy(expected), atol=1e-5)
    for one, other in zip(ours.weights, keras_own.weights, strict=True):
        np.testing.assert_allclose(numpy(one), numpy(other), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(numpy(ours(X)), numpy(keras_own(X)), atol=1e-5)


def test_second_derivative():
    """d/dt of weighted squares of d sum(f(x))/dx at x + t d, against a difference.

    Unweighted, Keras' error on TensorFlow would cancel.
    """
    layer = BatchNormalization(epsilon=1e-5)
    layer.build((4, 3))
    rng = np.random.default_rng(1)
    x, direction, weights, k = (rng.normal(size=(4, 3)) for _ in range(4))

    def squared_slope(x):
        # By hand: y = (x - m) / s; sum(w y^3) / 3 has the slope
        # (g - mean(g) - y mean(g y)) / s with g = w y^2.
        deviation = np.sqrt(x.var(0) + 1e-5)
        y = (x - x.mean(0)) / deviation
        g = weights * y**2
        return (k * ((g - g.mean(0) - y * (g * y).mean(0)) / deviation) ** 2).sum()

    expected = squared_slope(x + 1e-5 * direction) - squared_slope(x - 1e-5 * direction)

    shift = keras.Variable(0.0)

    def penalty():
        def fn(x):
            y = layer(x + shift * ops.cast(direction, "float32"), training=True)
            return ops.sum(ops.cast(weights, "float32") * y**3) / 3.0, None

        slope, _ = backend.input_gradients(fn, ops.cast(x, "float32"))
        return ops.sum(ops.cast(k, "float32") * ops.square(slope)), None

    with keras.StatelessScope() as scope:
        values = {id(w): w.value for w in (shift, *layer.weights)}
        scope.state_mapping.update(values)
        loss, _, pull = backend.vjp(penalty, [shift])
        got = numpy(ops.stop_gradient(pull(ops.ones_like(loss), [shift])[0]))
    assert float(got) == pytest.approx(expected / 2e-5, 1e-3)


def test_what_it_lacks():
    with pytest.raises(ValueError, match="neither `renorm`"):
        BatchNormalization(renorm=True)


LABELS = np.array([0, 3, 3, 1, 0, 2], "int32")


def conditional(**kwargs):
    layer = ConditionalBatchNormalization(4, **kwargs)
    layer.build(X.shape, LABELS.shape)
    return layer


def test_conditional_equals_the_definition():
    layer = conditional()
    assert np.ptp(numpy(layer.gain)) == np.ptp(numpy(layer.bias)) == 0
    rng = np.random.default_rng(2)
    gain, bias = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    layer.gain.assign(gain)
    layer.bias.assign(bias)
    y = (X - X.mean((0, 1, 2))) / np.sqrt(X.var((0, 1, 2)) + 1e-5)
    expected = gain[LABELS][:, None, None] * y + bias[LABELS][:, None, None]
    got = numpy(layer(X, LABELS, training=True))
    np.testing.assert_allclose(got, expected, atol=1e-4)
    dense = X.reshape(-1, 3)[:6]
    flat = ConditionalBatchNormalization(4)
    y = (dense - dense.mean(0)) / np.sqrt(dense.var(0) + 1e-5)
    np.testing.assert_allclose(numpy(flat(dense, LABELS, training=True)), y, atol=1e-4)


def test_conditional_initializers():
    layer = ConditionalBatchNormalization(
        1000, gain_initializer=keras.initializers.RandomNormal(1.0, 0.02)
    )
    layer.build((None, 4, 4, 8), (None,))
    gain = numpy(layer.gain)
    assert gain.mean() == pytest.approx(1.0, abs=2e-3)
    assert gain.std() == pytest.approx(0.02, abs=2e-3)


def test_conditional_in_a_model(tmp_path):
    x, labels = keras.Input((4, 5, 3)), keras.Input((), dtype="int32", name="labels")
    y = ConditionalBatchNormalization(4, "ones", name="norm")(x, labels)
    network = keras.Model({"x": x, "labels": labels}, y)
    inputs = {"x": X, "labels": LABELS}
    network(inputs, training=True)
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for other in (clone, loaded):
        np.testing.assert_allclose(numpy(other(inputs)), numpy(network(inputs)))
    assert len(network.trainable_variables) == 2


def test_conditional_mixed_precision():
    layer = conditional(dtype="mixed_float16")
    got = layer(1000.0 * X.astype("float16"), LABELS, training=True)
    assert keras.backend.standardize_dtype(got.dtype) == "float16"
    assert np.isfinite(numpy(got)).all()


def test_modulated_equals_the_definition(tmp_path):
    """Gains and biases by linear maps of a vector, in a model that is stored."""
    x, vector = keras.Input((4, 5, 3)), keras.Input((2,), name="vector")
    dense = [keras.layers.Dense(3, use_bias=False, name=n) for n in ("gain", "bias")]
    y = ModulatedBatchNormalization(name="norm")(x, *(d(vector) for d in dense))
    network = keras.Model({"x": x, "vector": vector}, y)
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(6, 2)).astype("float32")
    inputs = {"x": X, "vector": vectors}
    gain, bias = (vectors @ numpy(d.kernel) for d in dense)
    assert np.abs(gain).max() > 0.1
    moments = X.mean((0, 1, 2)), X.var((0, 1, 2))

    def expected(mean, variance):
        y = (X - mean) / np.sqrt(variance + 1e-5)
        return (1 + gain)[:, None, None] * y + bias[:, None, None]

    got = numpy(network(inputs, training=True))
    np.testing.assert_allclose(got, expected(*moments), atol=1e-4)
    moving = expected(0.1 * moments[0], 0.9 + 0.1 * moments[1])
    np.testing.assert_allclose(numpy(network(inputs)), moving, atol=1e-4)
    assert len(network.trainable_variables) == 2
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(numpy(loaded(inputs)), moving, atol=1e-4)


def test_the_two_storages_are_one_function():
    """A table of classes is a linear map of one-hot vectors: StudioGAN's storage."""
    stored = conditional()
    rng = np.random.default_rng(4)
    gain, bias = rng.normal(size=(2, 4, 3)).astype("float32")
    stored.gain.assign(1 + gain)
    stored.bias.assign(bias)
    one_hot = np.eye(4, dtype="float32")[LABELS]
    modulated = ModulatedBatchNormalization()
    got = modulated(X, one_hot @ gain, one_hot @ bias, training=True)
    expected = stored(X, LABELS, training=True)
    np.testing.assert_allclose(numpy(got), numpy(expected), atol=1e-4)
