"""The same steps on TensorFlow, JAX and torch, in a process for each."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import one_step
import pytest

BACKENDS = ("tensorflow", "jax", "torch")

pytestmark = [
    pytest.mark.skipif(
        any(importlib.util.find_spec(backend) is None for backend in BACKENDS),
        reason="compares three backends, and not all are installed (`make test-all`)",
    ),
    pytest.mark.skipif(
        keras.config.backend() != "jax",
        reason="starts all three backends whatever this one is: `make test-jax` does",
    ),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """All steps of a backend in one process: starting one takes longer than they do."""
    found = {backend: tmp_path_factory.mktemp(backend) for backend in BACKENDS}
    for backend, folder in found.items():
        environment = {**os.environ, "KERAS_BACKEND": backend}
        command = [sys.executable, str(Path(one_step.__file__)), str(folder)]
        subprocess.run(command, env=environment, check=True)
    return found


@pytest.mark.parametrize("case", one_step.CASES)
def test_losses_gradients_and_weights_of_one_step_agree(case, folders):
    results = {
        backend: dict(np.load(folder / f"{case}.npz"))
        for backend, folder in folders.items()
    }
    reference = results["tensorflow"]
    assert any(key.startswith("gradient/generator") for key in reference)
    for backend in ("jax", "torch"):
        assert results[backend].keys() == reference.keys()
        for key, expected in reference.items():
            # A bias before batch norm has a true gradient of 0: rounding of what it is
            # the difference of is left.
            player = key.rpartition("/")[0]
            largest = max(
                np.linalg.norm(value)
                for name, value in reference.items()
                if name.startswith(player)
            )
            limit = max(1e-4 * np.linalg.norm(expected), 3e-6 * largest, 1e-7)
            difference = np.linalg.norm(results[backend][key] - expected)
            assert difference <= limit, (backend, key, difference, limit)
