"""Tiny GANs of points in the plane, whose runs go well or wrong within seconds."""

import keras
import numpy as np
from keras import layers

import keras_gan_zoo as kgz

RING = 0.7 * np.exp(2j * np.pi * np.arange(8) / 8)
RANGE = {"value_range": (-1, 1)}


def ring(n=1024, spread=0.05, seed=0):
    """Points around eight places on a circle, and the places as labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 8, n)
    at = np.stack([RING.real, RING.imag], 1)[labels]
    points = np.clip(at + spread * rng.normal(size=at.shape), -1, 1)
    return points.reshape(n, 1, 1, 2).astype("float32"), labels.astype("int32")


def heap(n=512, seed=0):
    """Points around one place, and no labels."""
    points = 0.5 + 0.1 * np.random.default_rng(seed).normal(size=(n, 1, 1, 2))
    return points.astype("float32"), None


def discriminator(width=32, classes=None, depth=2):
    points = keras.Input((1, 1, 2), name="images")
    x, inputs = layers.Flatten()(points), points
    if classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = {"images": points, "labels": labels}
        x = layers.Concatenate()([x, layers.Embedding(classes, 8)(labels)])
    for _ in range(depth):
        x = layers.LeakyReLU(0.2)(layers.Dense(width)(x))
    return keras.Model(inputs, layers.Dense(1)(x))


def generator(width=32, classes=None, deaf=None):
    """Points of latents; those of the class `deaf` are all the same."""
    x = inputs = latents = keras.Input((4,), name="latents")
    if classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = {"latents": latents, "labels": labels}
        if deaf is not None:
            hears = keras.ops.cast(labels != deaf, "float32")
            x = layers.Multiply()([x, layers.Reshape((1,))(hears)])
        x = layers.Concatenate()([x, layers.Embedding(classes, 8)(labels)])
    for _ in range(2):
        x = layers.Dense(width, activation="relu")(x)
    x = layers.Dense(2, activation="tanh")(x)
    return keras.Model(inputs, layers.Reshape((1, 1, 2))(x))


def at_zero():
    """A generator all of whose points begin at 0."""
    latents = keras.Input((4,))
    x = layers.Dense(2, kernel_initializer="zeros")(latents)
    return keras.Model(latents, layers.Reshape((1, 1, 2))(x))


def adam(rate, beta_1=0.0, beta_2=0.99):
    return keras.optimizers.Adam(rate, beta_1, beta_2)


def gan(rates=(1e-3, 1e-3), networks=None, optimizer=adam, classes=None, **settings):
    made = networks or (generator(classes=classes), discriminator(classes=classes))
    made = kgz.GAN(*made, seed=1, num_classes=classes, **settings)
    made.compile(*map(optimizer, rates))
    return made
