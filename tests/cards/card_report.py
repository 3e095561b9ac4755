"""A report and a recipe to write cards with."""

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import weights_sha256

RECIPE = {
    "family": "MLPGAN",
    "data": "digits:train[:64]",
    "batch_size": 32,
    "epochs": 1,
}


def report_of(gan, **scores):
    return kgz.ScoreReport(
        {"is": 2.5, "is_std": 0.25, "fid": 120.125, **scores},
        intervals={"is": (2.25, 2.75), "fid": None},
        conditions={
            "extractor": "digits",
            "extractor_sha256": "e" * 64,
            "reference": "mnist:test",
            "dataset": "mnist",
            "split": "test",
            "num_fake": 64,
            "num_real": 10_000,
            "repeats": 1,
            "seed": 0,
            "is_splits": 10,
            "generator_sha256": weights_sha256(gan.ema_generator),
            "device": "a | b",
            "versions": {"numpy": "2.0"},
        },
        second_opinion={"by": None, "reason": "not asked for"},
    )
