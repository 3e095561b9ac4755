"""Scores as pure functions of features and logits: NumPy, SciPy, float64."""

from keras_gan_zoo.metrics.classification import (
    classification_accuracy_score,
    label_accuracy,
)
from keras_gan_zoo.metrics.frechet import (
    class_frechet_distances,
    frechet_distance,
    frechet_distance_from_moments,
)
from keras_gan_zoo.metrics.frechet_infinity import (
    frechet_distance_infinity,
    inception_score_infinity,
    limit_of_halves,
)
from keras_gan_zoo.metrics.inception import (
    class_sums,
    inception_score,
    score_of_sums,
)
from keras_gan_zoo.metrics.intervals import (
    difference,
    jackknife_interval,
    t_interval,
)
from keras_gan_zoo.metrics.kernel import cmmd, kernel_distance
from keras_gan_zoo.metrics.modes import mode_coverage, mode_coverage_of_counts
from keras_gan_zoo.metrics.nearest import data_copying, nearest_rows
from keras_gan_zoo.metrics.neighbours import (
    density_coverage,
    neighbour_scores,
    precision_recall,
)
from keras_gan_zoo.metrics.path_length import perceptual_path_length, slerp
from keras_gan_zoo.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = [
    "class_frechet_distances",
    "class_sums",
    "classification_accuracy_score",
    "cmmd",
    "data_copying",
    "density_coverage",
    "difference",
    "frechet_distance",
    "frechet_distance_from_moments",
    "frechet_distance_infinity",
    "inception_score",
    "inception_score_infinity",
    "jackknife_interval",
    "kernel_distance",
    "label_accuracy",
    "limit_of_halves",
    "mode_coverage",
    "mode_coverage_of_counts",
    "nearest_rows",
    "neighbour_scores",
    "perceptual_path_length",
    "precision_recall",
    "score_of_sums",
    "slerp",
    "sliced_wasserstein",
    "t_interval",
]
