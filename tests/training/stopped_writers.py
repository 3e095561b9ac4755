"""Processes that write backups without a pause, and are stopped at random moments.

    python stopped_writers.py FOLDER COUNT

Prints, as JSON, the last epoch that each has finished backing up. One process imports
Keras and makes the model; the writers are forks of it.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import keras
import numpy as np

import keras_gan_zoo as kgz
from keras_gan_zoo.training import resuming

SIGNALS = (signal.SIGKILL, signal.SIGINT)


def build():
    gan = kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=4, widths=(64, 64)),
        kgz.networks.dense_discriminator((8, 8, 1), widths=(64, 64)),
        ema_half_life=10,
        seed=1,
    )
    gan.compile()
    return gan


def marks(gan):
    """What holds the epoch, of the networks, both optimizers and the counters."""
    return [
        gan.generator.weights[0],
        gan.discriminator.weights[-1],
        gan.ema_generator.weights[1],
        gan.optimizer.generator_optimizer.variables[-1],
        gan.optimizer.discriminator_optimizer.variables[-1],
        gan.epochs_seen,
    ]


def write(gan, folder, pipe):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    callback = resuming.safe(keras.callbacks.BackupAndRestore(folder))
    callback.set_model(gan)
    try:
        for epoch in range(1, 10_000):
            for variable in marks(gan):
                variable.assign(np.full(variable.shape, epoch, variable.dtype))
            callback.on_epoch_end(epoch - 1)
            os.write(pipe, epoch.to_bytes(4, "little"))
    finally:
        os._exit(1)


def stopped(gan, folder, number):
    """Fork a writer and stop it; returns the last epoch that it said is saved."""
    reading, writing = os.pipe()
    writer = os.fork()
    if writer == 0:
        write(gan, folder, writing)
    os.close(writing)
    said = os.read(reading, 4)
    time.sleep(random.random() * 0.2)
    while os.waitpid(writer, os.WNOHANG) == (0, 0):
        os.kill(writer, number)  # once more if a finalizer swallowed KeyboardInterrupt
        time.sleep(0.02)
    while more := os.read(reading, 1 << 16):
        said = more
    os.close(reading)
    return int.from_bytes(said[-4:], "little")


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    gan = build()
    said = [
        stopped(gan, folder / str(i), SIGNALS[i % len(SIGNALS)]) for i in range(count)
    ]
    print(json.dumps(said))


if __name__ == "__main__":
    main()
