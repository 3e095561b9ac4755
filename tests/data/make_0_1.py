"""Makes the files of this folder; see README.md. Run with keras-gan-zoo 0.1.0."""

import json
from pathlib import Path

import keras
import numpy as np

import keras_gan_zoo as kgz

FOLDER = Path(__file__).parent


def images(gan, n=24):
    shape = (n, *gan.image_shape)
    return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")


def trained(gan):
    """Two steps; from large weights, since small ones make an even grey."""
    for network in (gan.generator, gan.ema_generator):
        for weight in network.weights:
            if "kernel" in weight.path:
                weight.assign(10.0 * weight)
    gan.compile()
    gan.fit(images(gan), batch_size=12 // gan.critic_steps, verbose=0)
    return gan


def wgan_gp():
    return kgz.WGANGP(
        image_shape=(8, 8, 1),
        latent_dim=4,
        generator_widths=(8, 4),
        discriminator_widths=(4, 8),
        normalization="layer",
        penalties=[kgz.GradientPenalty(5.0)],
        critic_steps=2,
        ema_half_life=100,
        seed=1,
    )


def dcgan():
    return kgz.DCGAN(
        image_shape=(8, 8, 3),
        latent_dim=4,
        generator_widths=(8, 4),
        discriminator_widths=(4, 8),
        seed=2,
    )


def wgan():
    return kgz.WGAN(image_shape=(8, 8, 1), latent_dim=4, generator_widths=(4,), seed=4)


def given():
    """Networks of the user's own: the config holds them."""
    return kgz.GAN(
        kgz.networks.dense_generator((8, 8, 1), latent_dim=4, widths=(16,)),
        kgz.networks.dense_discriminator((8, 8, 1), widths=(16,), dropout=0.2),
        loss="hinge",
        penalties=[kgz.R1(3.0)],
        ema_half_life=100,
        latent_distribution="uniform",
        seed=3,
    )


RECIPE = {
    "description": "A tiny WGAN-GP.",
    "paper": "https://arxiv.org/abs/1704.00028",
    "dataset": "digits",
    "license": "apache-2.0",
    "family": "WGANGP",
    "arguments": {
        "image_shape": [28, 28, 1],
        "latent_dim": 4,
        "generator_widths": [8, 4],
        "discriminator_widths": [4, 8],
        "normalization": "layer",
        "critic_steps": 2,
        "ema_half_life": 100,
        "seed": 1,
        "penalties": [
            {
                "module": "keras_gan_zoo.penalties",
                "class_name": "GradientPenalty",
                "config": {"weight": 5.0},
                "registered_name": "keras_gan_zoo>GradientPenalty",
            }
        ],
    },
    "compile": {
        "generator_optimizer": {
            "class_name": "Adam",
            "config": {"learning_rate": 0.001, "beta_1": 0.0},
        },
        "discriminator_optimizer": {
            "class_name": "Adam",
            "config": {"learning_rate": 0.002, "beta_1": 0.0},
        },
    },
    "data": "digits:train[:256]",
    "batch_size": 32,
    "epochs": 1,
    "snapshot_every": 1,
    "selection": {
        "reference": "digits:train[256:]",
        "metrics": ["fid"],
        "num_images": 256,
    },
}


def main():
    keras.utils.set_random_seed(0)
    samples, optimizers = {}, {}
    for make in (wgan_gp, given, dcgan, wgan):
        name, gan = make.__name__, trained(make())
        gan.save_to_preset(FOLDER / "presets" / name)
        samples[f"presets/{name}"] = gan.generate(4, seed=7)
        gan.save(FOLDER / f"{name}.keras")
        samples[f"{name}.keras"] = gan.generate(4, seed=7)
        for i, variable in enumerate(gan.optimizer.variables):
            value = keras.ops.convert_to_numpy(variable)
            optimizers[f"{name}.keras/{i}"] = value
    for name in kgz.GAN.presets:
        samples[f"zoo/{name}"] = kgz.GAN.from_preset(name).generate(4, seed=7)
    np.savez_compressed(FOLDER / "samples.npz", **samples)
    np.savez_compressed(FOLDER / "optimizers.npz", **optimizers)
    (FOLDER / "recipe.json").write_text(json.dumps(RECIPE, indent=2) + "\n")


if __name__ == "__main__":
    main()
