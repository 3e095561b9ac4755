"""A second opinion: the same activations through TF-GAN's own functions.

TF-GAN 2.1 as a whole does not import on today's TensorFlow, which has lost
`tf.estimator` (tensorflow/gan#55, #59). Its `classifier_metrics` need none of that and
import where the packages above them are registered as empty modules. They run on the
CPU, whatever backend Keras has.
"""

import functools
import importlib
import importlib.metadata
import importlib.util
import itertools
import sys
import types

import keras
import numpy as np

# TF-GAN leaves eigenvalues below 1e-10 un-rooted, so that it is not exact itself.
TOLERANCE = 1e-4

PACKAGES = {
    "tensorflow": "tensorflow",
    "tensorflow_gan": "tensorflow-gan",
    "tensorflow_probability": "tensorflow-probability",
}


def why_not():
    """Why TF-GAN can't be asked on this machine; None if it can."""
    for module, package in PACKAGES.items():
        if importlib.util.find_spec(module) is None:
            return f"{package} is not installed"
    return None


@functools.cache
def tfgan_module(name):
    """A module of TF-GAN, such as `"eval.classifier_metrics"`."""
    import tensorflow as tf

    if keras.config.backend() != "tensorflow":
        tf.config.set_visible_devices([], "GPU")  # leave its memory to the backend
    name = f"tensorflow_gan.python.{name}"
    if "tensorflow_gan" in sys.modules:
        return importlib.import_module(name)
    (root,) = importlib.util.find_spec("tensorflow_gan").submodule_search_locations
    packages = {
        "tensorflow_gan": root,
        "tensorflow_gan.python": f"{root}/python",
        "tensorflow_gan.python.eval": f"{root}/python/eval",
        "tensorflow_gan.python.losses": f"{root}/python/losses",
    }
    for package, folder in packages.items():
        sys.modules[package] = types.ModuleType(package)
        sys.modules[package].__path__ = [folder]
    try:
        return importlib.import_module(name)
    finally:
        for package in packages:
            del sys.modules[package]


def inception_score(logits, splits):
    """TF-GAN's `classifier_score_from_logits`, split by split: the mean."""
    import tensorflow as tf

    tfgan = tfgan_module("eval.classifier_metrics")
    bounds = np.arange(splits + 1) * len(logits) // splits
    with tf.device("CPU"):
        scores = [
            float(
                tfgan.classifier_score_from_logits(
                    np.asarray(logits[a:b], dtype="float64")
                )
            )
            for a, b in itertools.pairwise(bounds)
        ]
    return float(np.mean(scores))


def frechet_distance(generated, real):
    """TF-GAN's `frechet_classifier_distance_from_activations`.

    Args:
        generated: array `(n, d)`.
        real: array `(m, d)`, or `Moments` where only these are at hand. TF-GAN then
            sees `2 d` rows with exactly this mean and covariance.
    """
    import tensorflow as tf

    tfgan = tfgan_module("eval.classifier_metrics")
    if not isinstance(real, np.ndarray):
        real = rows_with_moments(real.mean, real.covariance)
    with tf.device("CPU"):
        distance = tfgan.frechet_classifier_distance_from_activations(
            np.asarray(generated, dtype="float64"), np.asarray(real, dtype="float64")
        )
    return float(distance)


def rows_with_moments(mean, covariance):
    """`2 d` rows whose mean and covariance (ddof 1) are exactly these.

    mean +- sqrt((2 d - 1) / 2) times each column of a square root of the covariance.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(values.clip(0.0) * (len(mean) - 0.5))
    return mean + np.concatenate([root.T, -root.T])


def ask(ours, logits=None, generated=None, real=None, splits=10):
    """TF-GAN's scores beside `ours`.

    Args:
        ours: dict of this package's scores.
        logits, generated, real: what they were computed from, see above.

    Returns:
        dict: `by`, `scores`, `relative_difference` by score, `tolerance`, `agrees`,
        and `real_activations`: where the real side's came from.
    """
    scores = {}
    if "is" in ours:
        scores["is"] = inception_score(logits, splits)
    if "fid" in ours:
        scores["fid"] = frechet_distance(generated, real)
    difference = {
        name: abs(value - ours[name]) / max(abs(value), abs(ours[name]), 1e-6)
        for name, value in scores.items()
    }
    opinion = {
        "by": f"tensorflow-gan {importlib.metadata.version('tensorflow-gan')} "
        f"on tensorflow {importlib.metadata.version('tensorflow')}",
        "scores": scores,
        "relative_difference": difference,
        "tolerance": TOLERANCE,
        "agrees": all(value <= TOLERANCE for value in difference.values()),
    }
    if "fid" in ours:
        opinion["real_activations"] = (
            "the reference's"
            if isinstance(real, np.ndarray)
            else "rows with exactly the reference's mean and covariance"
        )
    return opinion
