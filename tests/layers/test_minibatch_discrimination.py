import keras
import numpy as np
from keras import ops

from keras_gan_zoo.layers import MinibatchDiscrimination


def test_nearness_to_the_batch():
    f = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    layer = MinibatchDiscrimination(units=5, dim=2)
    found = ops.convert_to_numpy(layer(f))
    kernel = ops.convert_to_numpy(layer.kernel).astype("float64").reshape(3, 5, 2)
    m = np.einsum("na,abc->nbc", f, kernel)
    near = np.zeros((4, 5))
    for i in range(4):
        for b in range(5):
            for j in range(4):
                near[i, b] += np.exp(-np.abs(m[i, b] - m[j, b]).sum())
    np.testing.assert_allclose(found, np.concatenate([f, near], axis=1), atol=1e-5)


def test_shape_config_and_half_precision():
    x = keras.Input((3,))
    layer = MinibatchDiscrimination(units=5, dim=2, dtype="mixed_bfloat16")
    network = keras.Model(x, layer(x))
    assert network.output_shape == (None, 8)
    again = keras.models.clone_model(network)
    assert again.layers[1].get_config() == layer.get_config()
    found = ops.convert_to_numpy(ops.cast(network(np.ones((2, 3))), "float32"))
    np.testing.assert_allclose(found[:, 3:], 2.0)  # each image equals both
