"""Published GANs, one a file: networks, loss, penalties, optimizers, critic steps.

Every module of this folder is imported, and every `Family` in it enters `FAMILIES`.
"""

import importlib
import pkgutil

from keras_gan_zoo.families.family import FAMILIES, Family, Paper, find

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["FAMILIES", "Family", "Paper", "find", *sorted(FAMILIES)]


def __getattr__(name):
    if name in FAMILIES:
        return FAMILIES[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
