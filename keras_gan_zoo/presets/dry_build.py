"""Finds out what a preset would build, without allocating it."""

import copy
import inspect
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import keras

from keras_gan_zoo.networks.contract import networks_of
from keras_gan_zoo.presets import files, parts

MAX_OUTPUT = 2**28  # values that one layer may return for one sample


class Plan(NamedTuple):
    """Where each weight is stored, and how many each network has."""

    layout: parts.Layout
    generator: int
    discriminator: int = 0


def settings_of(
    found: Any, task: dict[str, Any], config: dict[str, Any]
) -> dict[str, Any]:
    """What a GAN's class is built from: its task's config and the stored networks.

    A class of the caller's own that does not take networks builds them itself.

    Args:
        found: the class.
        task: dict, the `config` in `task.json`.
        config: dict, the generator in `config.json`.
    """
    stored = "discriminator" in task or takes_networks(found)
    return {**task, "generator": config} if stored else dict(task)


def check_overrides(found: Any, overrides: dict[str, Any]) -> None:
    """Raise a `ValueError` if settings would change the stored networks."""
    networks = {"generator", "discriminator", *_sizes(found)}
    changed = sorted(networks & set(overrides))
    if changed:
        raise ValueError(
            f"A preset's networks are stored in `{files.CONFIG}` and `{files.TASK}`, "
            "and are not built anew, so their settings can't be changed; build a "
            f"new model by `{found.__name__}(...)` instead. "
            f"Received: {', '.join(changed)}"
        )


def takes_networks(found: Any) -> bool:
    """Whether a class takes networks instead of building them."""
    return hasattr(found, "networks")


def _sizes(found):
    networks = getattr(found, "networks", None)
    return inspect.signature(networks).parameters if callable(networks) else ()


def build(found: Any, settings: dict[str, Any], custom_objects: dict[str, Any]) -> Plan:
    """Find the weights that a GAN would have, without allocating them.

    In a `StatelessScope` Keras postpones the creation of weights. It keeps the pending
    ones in thread-local state, so a thread of its own leaves nothing behind.
    """

    def dry():
        scope = keras.StatelessScope(initialize_variables=False)
        with scope, keras.saving.custom_object_scope(custom_objects):
            no_average = {"ema_half_life": None, "ema_start": None}
            gan = found.from_config({**copy.deepcopy(settings), **no_average})
            networks = networks_of(gan)
            for network in networks.values():
                _check_outputs(network)
            _check_agrees(gan, settings)
            return Plan(
                parts.layout_of(gan),
                **{name: one.count_params() for name, one in networks.items()},
            )

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(dry).result()


def builds(
    found: Any, settings: dict[str, Any], custom_objects: dict[str, Any]
) -> bool:
    """Whether `build` does without an error."""
    try:
        build(found, settings, custom_objects)
    except Exception:  # whatever Keras makes of a stranger's config
        return False
    return True


def _check_agrees(gan, settings):
    """Check a family's sizes against the stored networks."""
    for name in ("latent_dim", "image_shape"):
        found = getattr(gan, name)
        if name in settings and settings[name] not in (found, list(_as_list(found))):
            raise ValueError(
                f"the generator of `{files.CONFIG}` is not the one that "
                f"`{type(gan).__name__}` builds from `{files.TASK}`, where {name} is "
                f"{settings[name]!r:.80}, not {found}"
            )


def _as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _check_outputs(network):
    for operation in getattr(network, "operations", network.layers):
        if isinstance(operation, keras.Model):
            _check_outputs(operation)
        try:
            outputs = keras.tree.flatten(operation.output)
        except (AttributeError, ValueError):  # one that is called twice, or never
            continue
        for output in outputs:
            if math.prod(n or 1 for n in output.shape) > MAX_OUTPUT:
                raise ValueError(
                    f"layer `{operation.name}` makes an array of {tuple(output.shape)}"
                )
