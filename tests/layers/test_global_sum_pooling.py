import numpy as np
from keras import ops

from keras_gan_zoo.layers import GlobalSumPooling2D


def test_sum_over_the_grid():
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype("float32")
    layer = GlobalSumPooling2D()
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), x.sum((1, 2)), atol=1e-5)
    assert layer.compute_output_shape((None, 3, 5, 4)) == (None, 4)
