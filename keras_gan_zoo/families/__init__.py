"""Published GANs, one per file: networks, loss, penalties, optimizers, critic steps.

Every module in this folder is imported, and every `Family` in it is in `FAMILIES`.
"""

import importlib
import pkgutil
from typing import Any

from keras_gan_zoo.families.family import FAMILIES, Family, Paper, find

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["FAMILIES", "Family", "Paper", "find", *sorted(FAMILIES)]


def __getattr__(name: str) -> Any:
    if name in FAMILIES:
        return FAMILIES[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
