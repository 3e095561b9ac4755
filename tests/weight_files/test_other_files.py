"""safetensors, Keras' own files, and NumPy's."""

import io

import h5py
import keras
import ml_dtypes
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from keras_gan_zoo.weight_files import read_weights

ARRAYS = {
    "float": np.arange(24, dtype="float32").reshape(2, 3, 4),
    "half": np.ones(3, "float16"),
    "columns_first": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
    "scalar": np.array(7),
    "empty": np.zeros((0, 3), "uint8"),
    "flags": np.array([True, False]),
}


def assert_equal(weights, arrays):
    assert set(weights) == set(arrays)
    for name, array in arrays.items():
        assert (weights[name].shape, weights[name].dtype) == (array.shape, array.dtype)
        np.testing.assert_array_equal(np.asarray(weights[name]), array, strict=True)


@pytest.mark.parametrize("compressed", [False, True])
def test_npz(compressed, tmp_path):
    path = tmp_path / "weights.npz"
    (np.savez_compressed if compressed else np.savez)(path, **ARRAYS)
    assert_equal(read_weights(path), ARRAYS)


@pytest.mark.parametrize("from_bytes", [False, True])
@pytest.mark.parametrize("longer", [0, 488, 496, 504])
def test_safetensors(from_bytes, longer, tmp_path):
    path = tmp_path / "model.safetensors"
    tensors = {"a.weight": torch.randn(2, 3), "b": torch.ones(2).bfloat16()}
    save_file(tensors, path, metadata={"format": "pt", "x": "x" * longer})
    weights = read_weights(path.read_bytes() if from_bytes else path)
    assert_equal(
        weights,
        {
            "a.weight": tensors["a.weight"].numpy(),
            "b": np.ones(2, ml_dtypes.bfloat16),
        },
    )
    assert from_bytes or weights.settings["format"] == "pt"


def test_keras_files(tmp_path):
    layers = [keras.layers.Dense(3), keras.layers.BatchNormalization()]
    network = keras.Sequential([keras.Input((2,)), *layers])
    path = tmp_path / "model.weights.h5"
    network.save_weights(path)
    with h5py.File(path, "r+") as file:
        file["half"] = np.ones(2, ml_dtypes.bfloat16)
    weights = read_weights(path)
    np.testing.assert_array_equal(weights["layers/dense/vars/0"], layers[0].kernel)
    assert weights["half"].dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(np.asarray(weights["half"]).astype(int), [1, 1])
    assert len(weights) == 7


def test_tensors_are_read_when_asked_for(tmp_path):
    """A file that is damaged in its middle: its names are still there."""
    path = tmp_path / "weights.npz"
    np.savez(path, a=np.zeros(1000), b=np.ones(1000))
    data = bytearray(path.read_bytes())
    data[5000] = 1  # in `a`
    weights = read_weights(bytes(data), origin="gan.npz")
    assert np.asarray(weights["b"]).all()
    with pytest.raises(ValueError, match=r"Received: gan.npz \(BadZipFile: Bad CRC"):
        np.asarray(weights["a"])


def test_a_pickled_array_in_an_npz_is_refused():
    file = io.BytesIO()
    np.savez(file, a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="an array of object, not of numbers"):
        read_weights(file.getvalue())


@pytest.mark.parametrize(
    "data", [b"", b"<!DOCTYPE html>", b"version https://git-lfs.github.com/spec/v1"]
)
def test_what_is_no_weights_file(data, tmp_path):
    path = tmp_path / "gan.pth"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"Download .*gan.pth \(a file that begins w"):
        read_weights(path)


def test_no_file(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(ValueError, match=rf"Received: {path}"):
            read_weights(path)
