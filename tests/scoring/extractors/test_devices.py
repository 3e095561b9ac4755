"""`Extractor.on`: two logical devices, where the backend makes them of one CPU."""

import os
import subprocess
import sys

import keras
import pytest

BACKEND = keras.config.backend()

SCRIPT = """
import threading
import keras
import numpy as np

if keras.config.backend() == "tensorflow":
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )

from keras_gan_zoo.scoring import Extractor

x = keras.Input((8, 8, 1))
y = keras.layers.Lambda(lambda x: x / 255)(x)
y = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(y))
y = keras.layers.Dropout(0.5)(keras.layers.Flatten()(y))
outputs = {"pool": y, "head": keras.layers.Dense(5)(y), "unused": keras.ops.exp(y)}
extractor = Extractor(
    keras.Model(x, outputs), outputs={"features": "pool", "logits": "head"}
)
images = np.random.default_rng(0).integers(0, 256, (70, 8, 8, 1), "uint8")
expected = extractor.extract(images, batch_size=32)
devices = ["cpu:0"] if keras.config.backend() == "torch" else ["cpu:0", "cpu:1"]
copies = [extractor.on(device) for device in devices]
found = {}


def work(copy):
    for _ in range(5):
        copy.extract(images, batch_size=32, outputs=("features",))
        found[copy] = copy.extract(images, batch_size=32)


threads = [threading.Thread(target=work, args=(copy,)) for copy in copies]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for copy in copies:
    assert copy.sha256 == extractor.sha256
    assert copy.outputs == extractor.outputs
    for name in expected:
        np.testing.assert_allclose(found[copy][name], expected[name], atol=1e-5)
    print("on", copy.device)
try:
    extractor.on("cpu:7" if len(devices) == 2 else "gpu:7")
except ValueError as error:
    print("refused", str(error).partition(",")[0])
"""


def test_copies_work_at_once_each_on_its_device():
    flag = "--xla_force_host_platform_device_count=2"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "KERAS_BACKEND": BACKEND, "XLA_FLAGS": flag},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    devices = [line.lower()[-5:] for line in lines if line.startswith("on ")]
    expected = {"torch": ["n cpu"]}.get(BACKEND, ["cpu:0", "cpu:1"])
    assert devices == expected
    assert lines[-1] == "refused `device` must be one that Keras finds here"


@pytest.mark.parametrize("device", ["abacus", "gpu:99"])
def test_devices_that_are_not_there(extractor, device):
    with pytest.raises(ValueError, match=f"Keras finds here.*device='{device}'"):
        extractor.on(device)
