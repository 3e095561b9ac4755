import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import Orthogonality


@pytest.mark.parametrize("shape", [(5, 4), (3, 3, 2, 6)])
def test_equals_the_definition(shape):
    """beta ||W^T W * (1 - I)||^2, and its gradient 4 beta W (W^T W * (1 - I))."""
    kernel = np.random.default_rng(0).normal(size=shape)
    w = kernel.reshape(-1, shape[-1])
    off = w.T @ w * (1 - np.eye(shape[-1]))
    variable = keras.Variable(kernel.astype("float32"))
    with keras.StatelessScope() as scope:
        scope.state_mapping[id(variable)] = variable.value
        value, _, pull = backend.vjp(
            lambda: (Orthogonality(0.01)(variable), None), [variable]
        )
        gradient = pull(ops.ones_like(value), [variable])[0]
    value, gradient = (
        ops.convert_to_numpy(ops.stop_gradient(x)) for x in (value, gradient)
    )
    assert float(value) == pytest.approx(0.01 * (off**2).sum(), 1e-5)
    expected = 0.04 * (w @ off).reshape(shape)
    np.testing.assert_allclose(gradient, expected, atol=1e-4)


def test_lengths_are_free_and_it_is_stored():
    term = Orthogonality(0.5)
    assert float(term(3.0 * np.eye(4))) == 0
    config = keras.regularizers.serialize(term)
    assert keras.regularizers.deserialize(config).factor == 0.5
