"""What other tools compute from the activations behind the scores."""

from keras_gan_zoo.scoring.second_opinion.opinion import (
    ask,
    combine,
    opinion_of,
    outputs,
)
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
    "frechet_distance",
    "inception_score",
    "opinion_of",
    "outputs",
    "rows_with_moments",
    "tfgan_module",
    "why_not",
]
