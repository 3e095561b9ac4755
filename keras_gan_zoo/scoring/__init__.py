"""Scoring of samples: extractors, moments, references, `score` and its report."""

from keras_gan_zoo.scoring.anchors import anchors_of, read_anchors
from keras_gan_zoo.scoring.comparison import Comparison, compare
from keras_gan_zoo.scoring.extractors import EXTRACTORS, Extractor
from keras_gan_zoo.scoring.extractors.inception import InceptionV3FID
from keras_gan_zoo.scoring.keras_metrics import FrechetDistance, InceptionScore
from keras_gan_zoo.scoring.measures import METRICS
from keras_gan_zoo.scoring.moments import Moments
from keras_gan_zoo.scoring.preparation import prepare
from keras_gan_zoo.scoring.references import (
    Reference,
    export_statistics,
    load_reference,
)
from keras_gan_zoo.scoring.report import ScoreReport
from keras_gan_zoo.scoring.score import score

__all__ = [
    "EXTRACTORS",
    "METRICS",
    "Comparison",
    "Extractor",
    "FrechetDistance",
    "InceptionScore",
    "InceptionV3FID",
    "Moments",
    "Reference",
    "ScoreReport",
    "anchors_of",
    "compare",
    "export_statistics",
    "load_reference",
    "prepare",
    "read_anchors",
    "score",
]
