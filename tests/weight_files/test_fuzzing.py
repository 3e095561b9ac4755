"""Some hundred files that are changed at random."""

import io
import random

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save as save_safetensors
from weight_files.pickled_files import nvidia, r3gan, save

from fuzz_weight_files import changed, fuzz, problem_of
from keras_gan_zoo.weight_files import pickles, reading

STATE = {"state_dict": {"a": torch.ones(2, 3), "b": torch.ones(3).bfloat16()}, "s": 1.5}


def npz():
    file = io.BytesIO()
    np.savez(file, a=np.ones(3), b=np.ones((2, 3)))
    return file.getvalue()


def hdf5():
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        made["layers/a/vars/0"] = np.ones((2, 3))
    return file.getvalue()


FILES = {
    "zip": lambda: save(STATE),
    "legacy": lambda: save(STATE, "legacy"),
    "r3gan": lambda: r3gan()[1],
    "nvidia": lambda: nvidia()[1],
    "safetensors": lambda: save_safetensors({"a": torch.ones(3), "b": torch.ones(2)}),
    "npz": npz,
    "hdf5": hdf5,
}


@pytest.mark.parametrize("name", FILES)
def test_only_the_documented_error_comes(name):
    data, rng = FILES[name](), random.Random(0)
    assert problem_of(data) is None
    assert fuzz([data], rng, lambda rounds: rounds < 100) == []


@pytest.mark.parametrize("name", ["legacy", "zip"])
def test_most_changes_are_noticed_or_harmless(name):
    """Not all are refused, nor all read: so that the changes try something."""
    data, rng = FILES[name](), random.Random(1)
    refused = 0
    for _ in range(60):
        try:
            reading.read_weights(changed(data, data, rng))
        except ValueError:
            refused += 1
    assert 10 < refused < 60


def test_another_error_would_be_found(monkeypatch):
    data = FILES["legacy"]()
    monkeypatch.setattr(pickles.Reader, "load", lambda self: exit())
    assert "SystemExit" in problem_of(data)
    monkeypatch.setattr(reading, "unreadable", lambda *_: ValueError("what?"))
    monkeypatch.setattr(pickles.Reader, "load", lambda self: 0)
    assert "another form: what?" in problem_of(data)
