"""GANs that train in a second."""

import json

import keras
import numpy as np

import keras_gan_zoo as kgz

FILES = {
    "config.json",
    "metadata.json",
    "model.weights.h5",
    "task.json",
    "task.weights.h5",
}


def images(gan, n=16):
    shape = (n, *gan.image_shape)
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


def tiny_gan(**kwargs):
    """Given networks: the config holds them."""
    return kgz.GAN(
        kgz.networks.dense_generator((6, 6, 1), latent_dim=4, widths=(8,)),
        kgz.networks.dense_discriminator((6, 6, 1), widths=(8,)),
        **{"ema_half_life": 20, "seed": 1, **kwargs},
    )


def tiny_wgan(**kwargs):
    """A family: the config holds sizes."""
    settings = {"latent_dim": 4, "generator_widths": (4, 4), "ema_half_life": 20}
    return kgz.WGAN(image_shape=(9, 8, 1), **{**settings, "seed": 1, **kwargs})


def fitted(gan):
    """Trained a little, so that the average differs from the raw generator.

    From large weights: few and small ones make an even grey.
    """
    for network in (gan.generator, gan.ema_generator):
        for weight in network.weights:
            if "kernel" in weight.path:
                weight.assign(10.0 * weight)
    gan.compile()
    gan.fit(images(gan), batch_size=8 // gan.critic_steps + 1, verbose=0)
    return gan


def read(folder, name):
    return json.loads((folder / name).read_text())


def values(network):
    return [keras.ops.convert_to_numpy(weight) for weight in network.weights]


def assert_same_weights(a, b):
    for x, y in zip(values(a), values(b), strict=True):
        np.testing.assert_array_equal(x, y)
