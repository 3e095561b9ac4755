"""Self-attention against NumPy written out."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import SelfAttention

RNG = np.random.default_rng(0)


def numpy(x):
    return ops.convert_to_numpy(x)


def kernel(layer, spectral):
    """(in, out), divided by its largest singular value."""
    w = numpy((layer.layer if spectral else layer).kernel)[0, 0].astype("float64")
    if not spectral:
        return w
    return w / (numpy(layer.v) @ w @ numpy(layer.u))


def pool(x):
    """The largest of 2x2; at an odd end, of what is there."""
    rows, columns = x.shape[1] % 2, x.shape[2] % 2
    x = np.pad(x, ((0, 0), (0, rows), (0, columns), (0, 0)), constant_values=-np.inf)
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))


@pytest.mark.parametrize("shape", [(4, 6), (5, 3)])
@pytest.mark.parametrize("spectral", [False, True])
def test_equal_to_the_equations(shape, spectral):
    layer = SelfAttention(spectral=spectral)
    x = RNG.normal(size=(2, *shape, 16))
    np.testing.assert_array_equal(
        numpy(layer(x.astype("float32"))), x.astype("float32")
    )
    layer.gamma.assign(0.7)
    theta, phi, g, o = (
        kernel(getattr(layer, name), spectral) for name in ("theta", "phi", "g", "o")
    )
    assert [w.shape for w in (theta, phi, g, o)] == [(16, 2), (16, 2), (16, 8), (8, 16)]
    expected = np.empty_like(x)
    for i in range(2):
        f = pool(x[i : i + 1] @ phi).reshape(-1, 2)
        h = pool(x[i : i + 1] @ g).reshape(-1, 8)
        for row in range(shape[0]):
            for column in range(shape[1]):
                place = x[i, row, column]
                beta = np.exp(f @ (place @ theta))
                beta = beta / beta.sum()
                expected[i, row, column] = place + 0.7 * (beta @ h) @ o
    found = numpy(layer(x.astype("float32"), training=False))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_few_channels_and_its_config():
    layer = SelfAttention(
        spectral=True,
        epsilon=1e-6,
        kernel_initializer="orthogonal",
        kernel_regularizer="l2",
    )
    again = SelfAttention.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert tuple(again(np.ones((1, 3, 3, 1), "float32")).shape) == (1, 3, 3, 1)
    assert len(again.losses) == 4


def test_half_precision():
    layer = SelfAttention(spectral=True, dtype="mixed_bfloat16")
    y = layer(RNG.normal(size=(1, 4, 4, 8)).astype("float32"), training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(layer.gamma.dtype) == "float32"
    assert np.isfinite(numpy(ops.cast(y, "float32"))).all()


def test_a_gradient_penalty_passes_through():
    """The gradient of |gradient|^2 by gamma, against finite differences."""
    layer = SelfAttention()
    x = ops.convert_to_tensor(RNG.normal(size=(2, 4, 4, 8)).astype("float32"))
    layer(x)

    def penalty():
        def forward(images):
            return ops.sum(ops.square(layer(images)), axis=(1, 2, 3)), None

        gradients, _ = backend.input_gradients(forward, x)
        return ops.mean(ops.square(gradients)), None

    def value(gamma):
        layer.gamma.assign(gamma)
        with keras.StatelessScope():
            return float(numpy(ops.stop_gradient(penalty()[0])))

    layer.gamma.assign(0.5)
    with keras.StatelessScope() as scope:
        scope.state_mapping.update({id(w): w.value for w in layer.weights})
        loss, _, pull = backend.vjp(penalty, [layer.gamma])
        (found,) = pull(ops.ones_like(loss), [layer.gamma])
        found = float(numpy(ops.stop_gradient(found)))
    expected = (value(0.51) - value(0.49)) / 0.02
    assert found == pytest.approx(expected, rel=1e-2)
