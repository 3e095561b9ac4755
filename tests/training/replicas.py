"""The same steps on one device and on two replicas; run in its own process.

Two replicas are two virtual CPUs, and on torch this process and a fork of it.
"""

import contextlib
import csv
import os
import tempfile
import traceback
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from short_recipe import RECIPE

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes
from keras_gan_zoo.backend.keras_internals import without_tensorflow

BACKEND = keras.config.backend()
DATA = np.random.default_rng(0)
IMAGES = DATA.integers(0, 256, (40, 8, 8, 1), dtype="uint8")
LABELS = DATA.integers(0, 3, 40)


# === What is trained ===


class Centred(kgz.losses.Wasserstein, layers.Layer):
    """Its state is the root mean square of the real logits, over all updates."""

    def __init__(self):
        layers.Layer.__init__(self)
        self.size = self.add_weight((), "zeros", trainable=False, aggregation="mean")

    def discriminator_loss(self, real_logits, fake_logits):
        drift = ops.mean(ops.square(real_logits - self.size))
        return super().discriminator_loss(real_logits, fake_logits) + 0.1 * drift

    def update(self, real_logits, fake_logits):
        now = ops.sqrt(ops.mean(ops.square(real_logits)) + 1e-8)
        self.size.assign(0.9 * self.size + 0.1 * now)


def dense(inputs, size):
    x = layers.Dense(16, activation="tanh")(inputs)
    return layers.Dense(size, activation="tanh")(x)


def plain():
    latents = keras.Input((4,), name="latents")
    made = layers.Reshape((8, 8, 1))(dense(latents, 64))
    judge = kgz.networks.dense_discriminator((8, 8, 1), widths=(16,), dropout=0)
    return keras.Model(latents, made), judge


def with_labels():
    latents = keras.Input((4,), name="latents")
    images = keras.Input((8, 8, 1), name="images")
    labels = keras.Input((), dtype="int32", name="labels")

    def joined(x):
        return layers.Concatenate()([x, layers.Embedding(3, 4)(labels)])

    made = layers.Reshape((8, 8, 1))(dense(joined(latents), 64))
    logits = layers.Dense(1)(dense(joined(layers.Flatten()(images)), 8))
    return (
        keras.Model({"latents": latents, "labels": labels}, made),
        keras.Model({"images": images, "labels": labels}, logits),
    )


def styled():
    """Layers that draw, and that remember what they have seen."""
    latents = keras.Input((4,), name="latents")
    both = latents, kgz.layers.FreshLatents(seed=1)(latents)
    mapping = keras.Sequential([layers.Dense(4, activation="tanh")])
    both = [mapping(x) for x in both]
    w = kgz.layers.LatentAverage(decay=0.5)(both[0])
    w = kgz.layers.StyleMixing(2, seed=2)(w, both[1])
    w = kgz.layers.Tap()(w)
    x = layers.Reshape((4, 4, 4))(layers.Dense(64)(layers.Flatten()(w)))
    x = kgz.layers.NoiseInjection(seed=3)(x)
    x = layers.Conv2DTranspose(1, 3, 2, "same", activation="tanh")(x)
    return keras.Model(latents, x), plain()[1]


def judged():
    """Terms with a state, lazy penalties, labels, an average."""
    return {
        "loss": Centred(),
        "num_classes": 3,
        "label_distribution": "data",
        "critic_steps": 2,
        "penalties": [kgz.R1(1.0, every=2)],
        "auxiliaries": [kgz.auxiliaries.LeCam(start=1)],
        "augmentation": kgz.augmentation.APA(images_to_one=100, every=1, target=0.1),
        "ema_half_life": 100,
    }


def made():
    """Layers and a loss that draw, terms of the generator, DiffAugment."""
    return {
        "loss": kgz.losses.RandomHinge(seed=4),
        "update": "simultaneous",
        "penalties": [kgz.GradientPenalty(1.0)],
        "generator_penalties": [
            kgz.generator_penalties.PathLength(every=2, decay=0.0),
            kgz.generator_penalties.LatentSensitivity(),
        ],
        "augmentation": kgz.augmentation.DiffAugment(),
    }


# An array of JAX is one, on however many devices it lies.
CASES = {"judged": (with_labels, judged), "made": (styled, made)}
if BACKEND == "jax":
    del CASES["made"]


def build(case):
    """No batch norm and no dropout of Keras: a replica has its own."""
    with without_tensorflow():
        keras.utils.set_random_seed(0)
    networks, arguments = CASES[case]
    gan = kgz.GAN(*networks(), seed=5, **arguments())
    # XLA, which one device would get of TensorFlow, draws other random numbers.
    sgd = (keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
    gan.compile(*sgd, jit_compile="auto" if BACKEND == "jax" else False)
    return gan


def train(gan, epochs=2, **arguments):
    labels = LABELS if gan.num_classes else None
    size = 20 // gan.critic_steps
    fitted = gan.fit(IMAGES, labels, size, epochs=epochs, verbose=0, **arguments)
    return list(fitted.history.items())


def values(gan):
    """Weights, states, random states and optimizers, with their paths."""
    found = [*gan.variables, *gan.optimizer.variables]
    return [(v.path, ops.convert_to_numpy(v).astype("float64")) for v in found]


def check_same(one, two, what):
    for (name, wanted), (_, found) in zip(one, two, strict=True):
        wanted, found = np.asarray(wanted), np.asarray(found)
        error = np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-2)
        assert error <= 1e-5, f"{what}: {name} differs by {error:.1e}"


# === Two replicas ===


@contextlib.contextmanager
def two_devices():
    """A context in which a model trains on two replicas."""
    if BACKEND == "jax":  # the test has set XLA_FLAGS
        with keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"]).scope():
            yield
    elif BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.distribute.MirroredStrategy(
            ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
        ).scope():
            yield
    else:  # both processes are in a group from now on
        yield


def before():
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0],
            [tf.config.LogicalDeviceConfiguration() for _ in range(2)],
        )


def join(folder, rank):
    if BACKEND == "torch":
        import torch.distributed as dist

        store = f"file://{folder}/store"
        dist.init_process_group("gloo", init_method=store, rank=rank, world_size=2)


def leave():
    import torch.distributed as dist

    dist.destroy_process_group()


def alone(case, folder):
    """A run of two epochs on one device, and a backup of its first."""
    gan = build(case)
    start = values(gan)
    history = train(gan, callbacks=[kept(folder / "one")])
    end = values(gan)
    moved = [np.abs(a[1] - b[1]).max() > 1e-3 for a, b in zip(start, end, strict=True)]
    assert sum(moved) > 4, moved
    forget_last(folder / "one")
    return gan, history, end


def kept(folder):
    return keras.callbacks.BackupAndRestore(folder, delete_checkpoint=False)


def forget_last(folder):
    """Leave the backup of the first epoch."""
    (folder / "latest.weights.h5").unlink()


def together(case, folder, rank):
    """The same on two replicas, and from the backup of one device."""
    with two_devices():
        gan = build(case)
        log = keras.callbacks.CSVLogger(folder / "log.csv")
        history = train(gan, callbacks=[kept(folder / "two"), log])
        end = values(gan)
        if rank == 0:
            forget_last(folder / "two")
        train(gan, callbacks=[kept(folder / "one")])
    return history, end, values(gan)


def main(folder):
    before()
    wanted = {}
    for case in CASES:
        (folder / case).mkdir()
        wanted[case] = alone(case, folder / case)
    child = os.fork() if BACKEND == "torch" else 0
    if BACKEND == "torch" and not child:
        try:
            compare(wanted, folder, 1)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    compare(wanted, folder, 0)
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        leave()
    for case, (gan, _, end) in wanted.items():
        train(gan, callbacks=[kept(folder / case / "two")])
        check_same(end, values(gan), f"{case}, resumed from two devices")


def compare(wanted, folder, rank):
    join(folder, rank)
    for case, (_, history, end) in wanted.items():
        two = together(case, folder / case, rank)
        check_same(history, two[0], f"{case}, logs")
        check_same(end, two[1], case)
        check_same(end, two[2], f"{case}, resumed from one device")
        if rank == 0:
            check_log(folder / case / "log.csv")
    if BACKEND == "torch":  # as under torchrun
        recipes.train(RECIPE, folder / "run", verbose=0, data_parallel=True)
        if rank == 0:
            check_log(folder / "run" / "log.csv")


def check_log(path):
    """One process has written it."""
    with path.open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder))
