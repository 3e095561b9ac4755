"""Loading a preset imports no framework besides the one that Keras runs on."""

import os
import subprocess
import sys
from pathlib import Path

import keras

DATA = Path(__file__).parents[1] / "data" / "presets"
LOAD = """
import sys
import keras_gan_zoo as kgz

before = set(sys.modules)
for name in sys.argv[1:]:
    gan = kgz.GAN.from_preset(name)
    gan.ema_generator(kgz.latents.draw_latents(1, gan.latent_dim, 0))
more = {"tensorflow", "jax", "torch"} & (set(sys.modules) - before)
assert not more, more
"""


def test_loading_imports_no_second_framework(saved):
    folders = [saved / "gan", saved / "wgan", DATA / "wgan", "dcgan_mnist"]
    environment = {**os.environ, "KERAS_BACKEND": keras.config.backend()}
    command = [sys.executable, "-c", LOAD, *map(str, folders)]
    subprocess.run(command, check=True, env=environment, timeout=300)
