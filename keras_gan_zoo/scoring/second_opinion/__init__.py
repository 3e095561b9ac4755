"""What other tools make of the activations that the scores come from."""

from keras_gan_zoo.scoring.second_opinion.opinion import ask, combine, compare, outputs
from keras_gan_zoo.scoring.second_opinion.tfgan import (
    frechet_distance,
    inception_score,
    rows_with_moments,
    tfgan_module,
    why_not,
)

__all__ = [
    "ask",
    "combine",
    "compare",
    "frechet_distance",
    "inception_score",
    "outputs",
    "rows_with_moments",
    "tfgan_module",
    "why_not",
]
