"""Scores from the same activations by TF-GAN's own functions, on the CPU.

TF-GAN 2.1 as a whole can't be imported with today's TensorFlow, which no longer has
`tf.estimator` (tensorflow/gan#55, #59). Its `classifier_metrics` don't need that, and
can be imported if the packages above them are registered as empty modules. They run on
the CPU, whatever Keras' backend.
"""

import functools
import importlib
import importlib.metadata
import importlib.util
import itertools
import sys
import types
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.scoring.second_opinion.torch_fidelity import missing

PACKAGES = {
    "tensorflow": "tensorflow",
    "tensorflow_gan": "tensorflow-gan",
    "tensorflow_probability": "tensorflow-probability",
}
EPSILON = 1e-10  # of its `_symmetric_matrix_square_root`


def why_not() -> str | None:
    """Why TF-GAN can't be asked on this machine; None if it can."""
    return missing(PACKAGES)


@functools.cache
def tfgan_module(name: str) -> Any:
    """A module of TF-GAN, such as `"eval.classifier_metrics"`."""
    import tensorflow as tf

    if keras.config.backend() != "tensorflow":
        tf.config.set_visible_devices([], "GPU")  # leave its memory to the backend
    name = f"tensorflow_gan.python.{name}"
    if "tensorflow_gan" in sys.modules:
        return importlib.import_module(name)
    spec: Any = importlib.util.find_spec("tensorflow_gan")
    (root,) = spec.submodule_search_locations
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


def inception_score(logits: np.ndarray, splits: int) -> float:
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


def kernel_distance(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> float:
    """TF-GAN's `kernel_classifier_distance_from_activations`: the mean over pairs."""
    import tensorflow as tf

    metrics = tfgan_module("eval.classifier_metrics")
    values = []
    with tf.device("cpu:0"):
        for pair in pairs:
            generated, real = (tf.constant(rows, tf.float64) for rows in pair)
            distance, _ = metrics.kernel_classifier_distance_and_std_from_activations(
                real, generated, max_block_size=max(len(real), len(generated))
            )
            values.append(float(distance))
    return float(np.mean(values))


def frechet_distance(generated: np.ndarray, real: Any) -> float:
    """TF-GAN's `frechet_classifier_distance_from_activations`.

    Args:
        generated: array `(n, d)`.
        real: array `(m, d)`, or `Moments` if there is nothing else. TF-GAN then sees
            `2 d` rows with exactly this mean and covariance.
    """
    import tensorflow as tf

    tfgan = tfgan_module("eval.classifier_metrics")
    if not isinstance(real, np.ndarray):
        real = rows_with_moments(real.mean, real.covariance)
    x, y = np.asarray(generated, "float64"), np.asarray(real, "float64")
    unit = _unit(_spread(x), _spread(y))
    with tf.device("CPU"):
        distance = tfgan.frechet_classifier_distance_from_activations(
            x * unit, y * unit
        )
    return float(distance) / unit**2


def _spread(rows):
    return rows.var(axis=0, ddof=1).sum()


def _unit(spread1, spread2):
    """A power of two that scales features to what TF-GAN is made for.

    It takes no square roots of eigenvalues below 1e-10, so features of scale 1e-6 come
    out 6 times too far apart. The distance is homogeneous, and a power of two is exact.
    """
    sizes = spread1 * spread2
    return 2.0 ** np.round(np.log2(100 / np.sqrt(sizes)) / 2) if sizes > 0 else 1.0


def left_out(generated: np.ndarray, real: Any) -> float:
    """What `frechet_distance` has too much, for the square roots that it leaves out.

    Those of eigenvalues below 1e-10, in features of which many hardly vary, such as the
    pixels of images that were JPEGs.

    Args:
        generated: array `(n, d)`.
        real: `Moments`.
    """
    x = np.asarray(generated, "float64")
    unit = _unit(_spread(x), np.trace(real.covariance))
    first, second = unit**2 * real.covariance, unit**2 * np.cov(x, rowvar=False)
    values, vectors = np.linalg.eigh(first)
    traces = []
    for epsilon in (0.0, EPSILON):
        root = (vectors * _roots(values, epsilon)) @ vectors.T
        product = np.linalg.eigvalsh(root @ second @ root)
        traces.append(_roots(product, epsilon).sum())
    return 2 * abs(traces[0] - traces[1]) / unit**2


def _roots(values, epsilon):
    """As TF-GAN takes them."""
    values = values.clip(0.0)
    return np.where(values < epsilon, values, np.sqrt(values))


def rows_with_moments(mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """`2 d` rows whose mean and covariance (ddof 1) are exactly these.

    mean +- sqrt((2 d - 1) / 2) times each column of a square root of the covariance.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(values.clip(0.0) * (len(mean) - 0.5))
    return mean + np.concatenate([root.T, -root.T])
