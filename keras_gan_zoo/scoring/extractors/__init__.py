"""Extractors: from uint8 images to the features and logits behind the scores."""

from keras_gan_zoo.scoring.extractors.extractor import Extractor
from keras_gan_zoo.scoring.extractors.registry import (
    DEFAULTS,
    EXTRACTORS,
    choices,
    default_of,
    get,
    registered_name,
)

__all__ = [
    "DEFAULTS",
    "EXTRACTORS",
    "Extractor",
    "choices",
    "default_of",
    "get",
    "registered_name",
]
