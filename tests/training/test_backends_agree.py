"""The same step on TensorFlow, JAX and torch, in a process for each."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("one_step.py")
BACKENDS = ("tensorflow", "jax", "torch")


@pytest.mark.skipif(
    any(importlib.util.find_spec(backend) is None for backend in BACKENDS),
    reason="compares three backends, and not all are installed (`make test-all`)",
)
@pytest.mark.parametrize(
    "case", ["wgan_gp", "dcgan", "r1", "dragan", "wgan", "simultaneous", "reversed"]
)
def test_losses_gradients_and_weights_of_one_step_agree(case, tmp_path):
    results = {}
    for backend in BACKENDS:
        path = tmp_path / f"{backend}.npz"
        environment = {**os.environ, "KERAS_BACKEND": backend}
        subprocess.run(
            [sys.executable, str(SCRIPT), case, str(path)], env=environment, check=True
        )
        results[backend] = dict(np.load(path))

    reference = results["tensorflow"]
    assert any(key.startswith("gradient/generator") for key in reference)
    for backend in ("jax", "torch"):
        assert results[backend].keys() == reference.keys()
        for key, expected in reference.items():
            # A bias before batch norm has a true gradient of 0: rounding is left.
            scale = max(np.linalg.norm(expected), 1e-3)
            difference = np.linalg.norm(results[backend][key] - expected)
            assert difference <= 1e-4 * scale, (backend, key, difference / scale)
