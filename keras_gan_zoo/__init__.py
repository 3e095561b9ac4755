"""The model zoo for GANs in Keras 3: fit, load, score and publish."""

import importlib
from typing import Any

from keras_gan_zoo.backend_choice import choose_backend

choose_backend()  # before anything below imports Keras

from keras_gan_zoo import (
    augmentation,
    auxiliaries,
    generator_penalties,
    layers,
    losses,
    networks,
    optimizers,
    penalties,
    schedules,
)
from keras_gan_zoo.families import FAMILIES
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.latents import Latents
from keras_gan_zoo.penalties import R1, R2, GradientPenalty
from keras_gan_zoo.version import __version__ as __version__

__all__ = [
    *sorted(FAMILIES),
    "GAN",
    "R1",
    "R2",
    "GradientPenalty",
    "Latents",
    "ScoreReport",
    "augmentation",
    "auxiliaries",
    "callbacks",
    "cards",
    "compare",
    "conversion",
    "datasets",
    "demo",
    "generator_penalties",
    "images",
    "layers",
    "list_presets",
    "losses",
    "metrics",
    "networks",
    "optimizers",
    "penalties",
    "presets",
    "schedules",
    "score",
    "scoring",
    "upload_preset",
    "verify",
    "weight_files",
]

# Modules that need SciPy, Pillow or the Hub's client are imported on first use.
_LAZY_MODULES = (
    "callbacks",
    "cards",
    "conversion",
    "datasets",
    "demos",
    "images",
    "leaderboard",
    "metrics",
    "presets",
    "recipes",
    "scoring",
    "tuning",
    "weight_files",
    "zoo",
)
_LAZY_NAMES = {
    "compare": "scoring",
    "demo": "demos",
    "list_presets": "presets",
    "score": "scoring",
    "ScoreReport": "scoring",
    "upload_preset": "presets",
    "verify": "cards",
}


def __getattr__(name: str) -> Any:
    if name in FAMILIES:
        return FAMILIES[name]
    if name in _LAZY_MODULES:
        return importlib.import_module(f"keras_gan_zoo.{name}")
    if name in _LAZY_NAMES:
        module = importlib.import_module(f"keras_gan_zoo.{_LAZY_NAMES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'keras_gan_zoo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
