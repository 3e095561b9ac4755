"""What torch writes is read to the bit, without torch."""

import hashlib
import pickle
import sys
import tracemalloc

import numpy as np
import pytest
import torch
from weight_files.pickled_files import save

from keras_gan_zoo.weight_files import read_weights

KINDS = ("zip", "legacy")


def assert_same(weights, tensors):
    """Same names in the same order, same types, shapes and bits."""
    assert list(weights) == list(tensors)
    for name, tensor in tensors.items():
        array = np.asarray(weights[name])
        assert array.shape == weights[name].shape == tuple(tensor.shape)
        assert array.dtype == weights[name].dtype
        assert array.dtype.name == str(tensor.dtype).removeprefix("torch.")
        raw = tensor.detach().contiguous().view(-1).view(torch.uint8)
        assert array.tobytes() == raw.numpy().tobytes(), name


TYPES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
]


def tensors():
    made = {
        name: torch.arange(-3, 9).reshape(3, 4).to(getattr(torch, name))
        for name in TYPES
    }
    base = torch.arange(60.0)
    return made | {
        "nested.module.weight": torch.nn.Parameter(torch.randn(2, 3)),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "transposed": torch.randn(4, 3, 2, 1).permute(3, 1, 0, 2),
        "shared": base[10:14],
        "every_third": base[3:15:3],
        "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_of_every_kind(kind, tmp_path, monkeypatch):
    state = tensors()
    path = save(state, kind, tmp_path / "weights.pth")
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails
    assert_same(read_weights(path), state)


@pytest.mark.parametrize("kind", KINDS)
def test_nested_dicts_and_settings(kind):
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.25)
    network(torch.randn(4, 2)).sum().backward()
    optimizer.step()
    saved = {
        "state_dict": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "g_ema": [torch.ones(2), torch.zeros(3)],
        "step": 88000,
        "run_name": "CIFAR10-SNGAN",
        "best_fid": np.float64(7.5),
        "best_step": None,
        "widths": [64, 32],
        "topk": True,
    }
    weights = read_weights(save(saved, kind))
    for name, tensor in network.state_dict().items():
        np.testing.assert_array_equal(weights[f"state_dict.{name}"], tensor)
    np.testing.assert_array_equal(weights["g_ema.1"], np.zeros(3))
    assert "optimizer.state.0.exp_avg" in weights
    settings = {
        name: weights.settings[name] for name in saved if name in weights.settings
    }
    assert settings == {
        "step": 88000,
        "run_name": "CIFAR10-SNGAN",
        "best_fid": 7.5,
        "best_step": None,
        "widths": (64, 32),
        "topk": True,
    }
    assert weights.settings["optimizer.param_groups.0.lr"] == 0.25


@pytest.mark.parametrize("kind", KINDS)
def test_whole_modules(kind):
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    weights = read_weights(save({"model": network}, kind))
    expected = {f"model.{name}": t for name, t in network.state_dict().items()}
    assert set(weights) == set(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(weights[name], tensor)
    assert weights.settings["model.0.in_features"] == 2


def test_a_sha256_is_checked_before_anything_else(tmp_path):
    path = save({"a": torch.ones(2)}, "zip", tmp_path / "weights.pth")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert list(read_weights(path, sha256=digest.upper())) == ["a"]
    with pytest.raises(ValueError, match=rf"Expected: sha256 {'0' * 64}.*{digest}"):
        read_weights(path, sha256="0" * 64)
    with pytest.raises(ValueError, match=r"^the Hub's file is another"):
        read_weights(b"<html>", sha256="0" * 64, origin="the Hub's file")


@pytest.mark.parametrize("kind", [*KINDS, "pickle"])
def test_only_what_is_asked_for_is_read(kind, tmp_path):
    state = {name: torch.full((2**20,), 1.5) for name in "abcdefgh"}  # 32 MiB
    path = tmp_path / "gan"
    if kind == "pickle":
        path.write_bytes(pickle.dumps(state))
    else:
        save(state, kind, path)
    tracemalloc.start()
    try:
        weights = read_weights(path)
        for name in weights:
            assert weights[name].nbytes == 2**22
        assert tracemalloc.get_traced_memory()[1] < 2**20
        assert np.asarray(weights["c"])[-1] == 1.5
        assert tracemalloc.get_traced_memory()[1] < 3 * 2**22
    finally:
        tracemalloc.stop()
