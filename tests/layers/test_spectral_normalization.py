"""Against torch's definition, written out in NumPy."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import SpectralNormalization

CASES = {
    "dense": (layers.Dense(6), (3, 5), -1),
    "conv": (layers.Conv2D(6, 3, padding="same"), (3, 4, 4, 5), -1),
    "transposed": (
        layers.Conv2DTranspose(6, 4, strides=2, padding="same"),
        (3, 4, 4, 5),
        -2,
    ),
    "depthwise": (
        layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
        (3, 4, 4, 5),
        (-2, -1),
    ),
    "embedding": (layers.Embedding(7, 5), (3,), 0),
}


def numpy(x):
    return ops.convert_to_numpy(x)


def case(name):
    layer, shape, rows = CASES[name]
    rng = np.random.default_rng(0)
    x = rng.integers(0, 7, shape) if name == "embedding" else rng.normal(size=shape)
    layer = type(layer).from_config(layer.get_config())
    layer = SpectralNormalization(layer)
    layer.build(shape)
    return layer, x.astype("int32" if name == "embedding" else "float32"), rows


def matrix(kernel, rows):
    kernel = numpy(kernel).astype("float64")
    count = np.size(rows)
    kernel = np.moveaxis(kernel, rows, range(count) if count > 1 else 0)
    return kernel.reshape(np.prod(kernel.shape[:count]), -1)


def unit(x):
    return x / np.linalg.norm(x)


@pytest.mark.parametrize("name", CASES)
def test_equals_the_definition(name):
    layer, x, rows = case(name)
    kernel = layer.layer.weights[0]
    before, u = numpy(kernel), numpy(layer.u).astype("float64")
    plain = numpy(layer.layer(x))
    np.testing.assert_allclose(np.linalg.norm(u), 1, atol=1e-6)

    got = numpy(layer(x, training=True))
    w = matrix(kernel, rows)
    v = unit(w.T @ u)
    u = unit(w @ v)
    sigma = u @ w @ v
    np.testing.assert_allclose(numpy(layer.u), u, atol=1e-5)
    np.testing.assert_allclose(numpy(layer.v), v, atol=1e-5)
    np.testing.assert_allclose(got, plain / sigma, atol=1e-5)  # the biases are 0
    np.testing.assert_array_equal(numpy(kernel), before)

    np.testing.assert_allclose(numpy(layer(x, training=False)), got, atol=1e-6)
    np.testing.assert_allclose(numpy(layer.u), u, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_converges_to_the_largest_singular_value(name):
    layer, x, rows = case(name)
    for _ in range(100):
        got = layer(x, training=True)
    largest = np.linalg.svd(matrix(layer.layer.weights[0], rows))[1][0]
    ratio = np.abs(numpy(layer.layer(x))).sum() / np.abs(numpy(got)).sum()
    assert ratio == pytest.approx(largest, rel=1e-3)


def test_an_untrained_layer_is_of_the_right_size():
    keras.utils.set_random_seed(0)
    layer, x, rows = case("conv")
    largest = np.linalg.svd(matrix(layer.layer.weights[0], rows))[1][0]
    ratio = np.abs(numpy(layer.layer(x))).sum() / np.abs(numpy(layer(x))).sum()
    assert 0.3 * largest < ratio <= 1.001 * largest


def gradients_of(fn, layer):
    """`fn()`'s gradient by the kernel, and the variables' values after it."""
    kernel = layer.layer.weights[0]
    with keras.StatelessScope() as scope:
        scope.state_mapping.update({id(w): w.value for w in layer.weights})
        loss, _, pull = backend.vjp(lambda: (fn(), None), [kernel])
        gradient = pull(ops.ones_like(loss), [kernel])[0]
        return numpy(ops.stop_gradient(gradient))


def parts(layer):
    parts = (layer.layer.weights[0], layer.u, layer.v)
    w, u, v = (numpy(part).astype("float64") for part in parts)
    return w, u, v, u @ w.T @ v


def test_gradient_with_u_and_v_constant():
    layer, x, _ = case("dense")
    gradient = gradients_of(
        lambda: ops.sum(ops.square(layer(x, training=False))), layer
    )
    w, u, v = (
        numpy(a).astype("float64") for a in (*layer.layer.weights[:1], layer.u, layer.v)
    )
    sigma = u @ w.T @ v
    outer = 2 * x.T.astype("float64") @ (x @ w) / sigma**2
    expected = outer - (outer * w).sum() / sigma * np.outer(v, u)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


def test_under_a_gradient_penalty():
    """d |d logits / d x|^2 / dW of a linear layer, which is 2 W / sigma^2 and more."""
    layer, x, _ = case("dense")

    def penalty():
        slope, _ = backend.input_gradients(
            lambda x: (ops.sum(layer(x, training=False)), None),
            ops.convert_to_tensor(x),
        )
        return ops.sum(ops.square(slope[0]))

    gradient = gradients_of(penalty, layer)
    w, u, v = (
        numpy(a).astype("float64") for a in (*layer.layer.weights[:1], layer.u, layer.v)
    )
    sigma = u @ w.T @ v
    sums = w.sum(1)
    expected = 2 * np.outer(sums, np.ones(6)) / sigma**2
    expected -= 2 * (sums @ sums) / sigma**3 * np.outer(v, u)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


def model():
    x = keras.Input((6, 6, 2))
    y = SpectralNormalization(layers.Conv2D(4, 3), name="conv")(x)
    y = layers.Flatten()(y)
    return keras.Model(x, SpectralNormalization(layers.Dense(1), name="dense")(y))


def test_clone_and_saving(tmp_path):
    network = model()
    x = np.random.default_rng(1).normal(size=(4, 6, 6, 2)).astype("float32")
    network(x, training=True)
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for other in (clone, loaded):
        np.testing.assert_allclose(numpy(other(x)), numpy(network(x)), atol=1e-6)
    assert len(network.trainable_variables) == 4
    assert len(network.non_trainable_variables) == 4


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = model()
    finally:
        keras.config.set_dtype_policy("float32")
    layer = network.get_layer("conv")
    x = np.random.default_rng(1).normal(size=(4, 6, 6, 2)).astype("float32")
    for _ in range(60):
        got = network(x, training=True)
    assert keras.backend.standardize_dtype(got.dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(layer.u.dtype) == "float32"
    w = matrix(layer.layer.weights[0], -1)
    sigma = numpy(layer.u) @ w @ numpy(layer.v)
    assert sigma == pytest.approx(np.linalg.svd(w)[1][0], rel=1e-3)


def test_training_on_jax_too_keeps_the_state():
    network = model()
    network.compile("sgd", "mse")
    before = numpy(network.get_layer("conv").u)
    x = np.random.default_rng(1).normal(size=(8, 6, 6, 2)).astype("float32")
    network.fit(x, np.ones((8, 1)), batch_size=4, epochs=1, verbose=0)
    assert np.abs(numpy(network.get_layer("conv").u) - before).max() > 1e-4


def test_bad_arguments():
    with pytest.raises(ValueError, match="`power_iterations` must be 1 or more"):
        SpectralNormalization(layers.Dense(2), power_iterations=0)
    with pytest.raises(ValueError, match="must wrap a layer with a kernel"):
        SpectralNormalization(layers.ReLU())(np.ones((2, 3)))
