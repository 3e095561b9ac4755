import keras
import numpy as np
from keras import ops

from keras_gan_zoo.layers import Tap


def test_it_is_the_identity_but_for_its_shift():
    x = keras.Input((3,))
    network = keras.Model(x, Tap(name="tap")(x))
    tap, ones = network.get_layer("tap"), np.ones((2, 3), "float32")
    assert tap.inner_shape == (3,)
    np.testing.assert_array_equal(ops.convert_to_numpy(network(ones)), ones)
    with tap.shifted(2.0 * ones):
        np.testing.assert_array_equal(ops.convert_to_numpy(network(ones)), 3.0 * ones)
    np.testing.assert_array_equal(ops.convert_to_numpy(network(ones)), ones)
    assert keras.models.clone_model(network).get_layer("tap").inner_shape == (3,)
