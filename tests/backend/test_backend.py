"""What differs between backends, where nothing else tests it."""

import keras
import pytest
from second_derivative import check_second_derivative

from keras_gan_zoo import backend


def tf32():
    """Whether this process's backend may round float32 products."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        return tf.config.experimental.tensor_float_32_execution_enabled()
    if keras.config.backend() == "torch":
        import torch

        return torch.backends.cudnn.allow_tf32
    import jax

    return jax.config.jax_default_matmul_precision != "highest"


def test_full_float32_and_back():
    before = tf32()
    with backend.full_float32():
        assert not tf32()
    assert tf32() == before

    def fail():
        with backend.full_float32():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert tf32() == before


def test_second_derivatives_of_attention():
    """PyTorch's fused kernels have none."""
    attention = keras.layers.MultiHeadAttention(2, 4)
    attention.build((2, 5, 4), (2, 5, 4))
    check_second_derivative(lambda x: attention(x, x), (2, 5, 4), layers=[attention])
