"""Scores of samples: extractors, moments, references, `score` and its report."""

from keras_gan_zoo.scoring.engine import prepare, score
from keras_gan_zoo.scoring.extractors import EXTRACTORS, Extractor
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.references import Reference, load_reference
from keras_gan_zoo.scoring.report import ScoreReport

__all__ = [
    "EXTRACTORS",
    "Extractor",
    "Moments",
    "Reference",
    "ScoreReport",
    "load_reference",
    "prepare",
    "score",
]
