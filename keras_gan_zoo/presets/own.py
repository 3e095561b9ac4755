"""The caller's own classes and functions in a GAN."""

import inspect
from collections.abc import Iterable
from typing import Any

import keras

from keras_gan_zoo.backend.keras_internals import all_layers
from keras_gan_zoo.networks.contract import networks_of
from keras_gan_zoo.presets import trust


def objects(gan: Any, found: Iterable[tuple]) -> dict[str, Any]:
    """The `custom_objects` that a preset of a GAN needs.

    Args:
        gan: a `GAN`.
        found: what `trust.untrusted` finds in its configuration.

    Returns:
        dict, name -> class or function, or None for one that is not found in the GAN.
    """
    known = {value.__name__: value for value in _named(gan)}
    names = [name for _, name, module in found if not _is_keras(module)]
    if trust.registered_class(keras.saving.get_registered_name(type(gan))) is None:
        names.append(type(gan).__name__)
    return {
        name: keras.saving.get_registered_object(name)
        or known.get(name.rpartition(">")[2])
        for name in names
    }


def _is_keras(module):
    return str(module).split(".")[0] == "keras"


def _named(gan):
    """Classes and functions that a GAN, its layers and its terms are made of."""
    networks = networks_of(gan).values()
    operations = [o for n in networks for o in getattr(n, "operations", ())]
    for part in (
        gan,
        gan.objective,
        *gan.penalties,
        *all_layers(gan),
        *operations,
    ):
        yield type(part)
        for value in vars(part).values():
            yield value if inspect.isfunction(value) else type(value)
