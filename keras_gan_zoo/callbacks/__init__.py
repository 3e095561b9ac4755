"""Callbacks for `GAN.fit`: samples, scores, progress, warnings, safe backups."""

from typing import Any

from keras_gan_zoo.callbacks.progress_bar import ProgressBar
from keras_gan_zoo.callbacks.sample_grid import SampleGrid, sheet
from keras_gan_zoo.callbacks.stability import StabilityMonitor
from keras_gan_zoo.callbacks.tensorboard import TensorBoard
from keras_gan_zoo.training.resuming import BackupAndRestore

__all__ = [
    "BackupAndRestore",
    "ProgressBar",
    "SampleGrid",
    "Score",
    "StabilityMonitor",
    "TensorBoard",
    "sheet",
]


def __getattr__(name: str) -> Any:
    if name == "Score":  # imports SciPy, so only when it is used
        from keras_gan_zoo.callbacks.score import Score

        return Score
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
