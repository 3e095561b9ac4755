"""One eager iteration from given weights, images and draws, written to an .npz.

Run in a process of its own for each backend: python one_step.py FOLDER
"""

import sys

import keras
import numpy as np
from keras import ops

import keras_gan_zoo as kgz

CASES = {
    "wgan_gp": (kgz.WGANGP, {"normalization": "layer", "critic_steps": 5}),
    "dcgan": (kgz.DCGAN, {"ema_half_life": 50}),
    # Batch norm under a penalty differs: tf.nn.moments has a wrong second derivative.
    "r1": (kgz.DCGAN, {"penalties": [kgz.R1(1.0)], "normalization": None}),
    "dragan": (kgz.MLPGAN, {"penalties": [kgz.penalties.DRAGAN(10.0)], "dropout": 0.0}),
    "wgan": (kgz.WGAN, {"critic_steps": 2}),
    "simultaneous": (kgz.DCGAN, {"update": "simultaneous"}),
    "reversed": (kgz.DCGAN, {"update": "simultaneous", "loss": "minimax"}),
    "projection": (kgz.ProjectionGAN, {"num_classes": 3, "critic_steps": 2}),
    "relativistic": (
        kgz.ProjectionGAN,
        {
            "num_classes": 3,
            "loss": "relativistic_paired",
            "critic_steps": 2,
            "penalties": [kgz.R1(0.1, every=2), kgz.penalties.R2(0.1)],
        },
    ),
    "acgan": (
        kgz.ACGAN,
        {
            "num_classes": 3,
            "dropout": 0.0,
            "augmentation": kgz.augmentation.DiffAugment("color,translation"),
        },
    ),
}


class RecordingSGD(keras.optimizers.SGD):
    """SGD that keeps the gradients of each update."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = []

    def apply(self, grads, trainable_variables=None):
        self.seen.append([np.array(ops.convert_to_numpy(g)) for g in grads])
        return super().apply(grads, trainable_variables)


def run(case):
    family, settings = CASES[case]
    rng = np.random.default_rng(0)
    gan = family(
        image_shape=(12, 10, 2),
        latent_dim=6,
        generator_widths=(8, 4),
        discriminator_widths=(4, 8),
        seed=1,
        **settings,
    )
    # Gains and variances stay positive and every other weight is of order 0.1.
    for weight in gan.generator.weights + gan.discriminator.weights:
        values = 0.1 * rng.standard_normal(weight.shape)
        if "gamma" in weight.path or "variance" in weight.path:
            values = 1.0 + 0.1 * np.abs(values)
        weight.assign(values.astype("float32"))
    if gan._average is not None:
        gan.ema_generator.set_weights(gan.generator.get_weights())

    def draw(shape, distribution, training=True):
        shape = tuple(int(size) for size in shape)
        if distribution == "uniform":
            return ops.convert_to_tensor(rng.random(shape).astype("float32"))
        return ops.convert_to_tensor(rng.standard_normal(shape).astype("float32"))

    gan.draw = draw
    gan.compile(RecordingSGD(0.01), RecordingSGD(0.01), run_eagerly=True)
    images = rng.integers(0, 256, (20, 12, 10, 2), dtype="uint8")
    labels = None if gan.num_classes is None else np.arange(20) % 3
    logs = gan.fit(
        images, labels, batch_size=10, steps_per_epoch=1, shuffle=False, verbose=0
    )

    out = {f"log/{k}": v[0] for k, v in logs.history.items()}
    for player in ("generator", "discriminator"):
        optimizer = getattr(gan.optimizer, f"{player}_optimizer")
        for i, update in enumerate(optimizer.seen):
            for j, gradient in enumerate(update):
                out[f"gradient/{player}/{i}/{j:02d}"] = gradient
        for j, weight in enumerate(getattr(gan, player).weights):
            out[f"weight/{player}/{j:02d}"] = ops.convert_to_numpy(weight)
    for j, weight in enumerate(gan.ema_generator.weights):
        out[f"weight/ema/{j:02d}"] = ops.convert_to_numpy(weight)
    return out


if __name__ == "__main__":
    for name in CASES:
        np.savez(f"{sys.argv[1]}/{name}.npz", **run(name))
