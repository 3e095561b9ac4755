import hashlib

import keras
import numpy as np

from keras_gan_zoo.weights import weights_sha256


def test_hash_of_shapes_and_float32_bytes():
    dense = keras.layers.Dense(3, bias_initializer="ones")
    dense.build((None, 2))
    kernel = np.arange(6, dtype="float32").reshape(2, 3)
    dense.set_weights([kernel, np.ones(3)])
    expected = hashlib.sha256(
        b"(2, 3)"
        + kernel.astype("<f4").tobytes()
        + b"(3,)"
        + np.ones(3, "<f4").tobytes()
    )
    assert weights_sha256(dense) == expected.hexdigest()


def test_survives_cloning_and_files(tmp_path):
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3), keras.layers.BatchNormalization()]
    )
    model.save_weights(tmp_path / "m.weights.h5")
    clone = keras.models.clone_model(model)
    assert weights_sha256(clone) != weights_sha256(model)
    clone.load_weights(tmp_path / "m.weights.h5")
    assert weights_sha256(clone) == weights_sha256(model)
