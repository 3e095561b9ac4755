"""tf.distribute, and Keras' data parallelism on JAX; torch has one device here."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

SCRIPT = Path(__file__).with_name("replicas.py")


@pytest.mark.skipif(keras.config.backend() == "torch", reason="torch has one device")
def test_two_replicas_train_as_one_device_does():
    environment = {
        **os.environ,
        "KERAS_BACKEND": keras.config.backend(),
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
