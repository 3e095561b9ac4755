"""Scores as pure functions of features and logits: NumPy, SciPy, float64."""

from keras_gan_zoo.metrics.frechet import (
    frechet_distance,
    frechet_distance_from_moments,
)
from keras_gan_zoo.metrics.inception import inception_score

__all__ = ["frechet_distance", "frechet_distance_from_moments", "inception_score"]
