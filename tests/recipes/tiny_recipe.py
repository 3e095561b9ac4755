"""A recipe with all that is random, and the identity of what became of it."""

import h5py
import keras

import keras_gan_zoo as kgz


def config(part):
    return keras.saving.serialize_keras_object(part)


#: labels, dropout, an average, two optimizers
RECIPE = {
    "family": "CGAN",
    "arguments": {
        "image_shape": [28, 28, 1],
        "latent_dim": 4,
        "generator_widths": [8, 8, 8],
        "discriminator_widths": [8, 4, 8],
        "ema_half_life": 50.0,
        "seed": 1,
    },
    "data": "digits:train[:64]",
    "batch_size": 8,
    "epochs": 3,
}


#: and the draws of a penalty and of an augmentation
MORE = {
    **RECIPE,
    "arguments": {
        **RECIPE["arguments"],
        "penalties": [config(kgz.GradientPenalty(1.0))],
        "augmentation": config(kgz.augmentation.DiffAugment("translation")),
    },
    "epochs": 1,
}


def digest(folder):
    """Of all arrays in a run's last backup: networks, optimizers, random states."""
    with h5py.File(folder / "backup" / "latest.weights.h5") as file:
        return file.attrs["sha256"]
