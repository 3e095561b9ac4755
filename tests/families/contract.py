"""What every family is held to, at reduced widths: one list for the whole registry."""

import inspect

import keras
import numpy as np
import pytest
from scope import EVERY_FAMILY

from keras_gan_zoo.families import FAMILIES
from keras_gan_zoo.recipes import is_conditional, takes_labels

SHAPE = (9, 8, 1)
CLASSES = 3
#: what a backend's own step costs to trace is more than what it saves here
EAGER = keras.config.backend() == "tensorflow"


#: a step takes long to compile, and its terms are FastGAN's: tried on TensorFlow alone
LONG = ("LightweightGAN",)


def ours():
    return [f for f in FAMILIES.values() if f.__module__.startswith("keras_gan_zoo.")]


def one_a_network():
    """One of the families that share their networks, whatever the head.

    Rather one that can do without labels: it is tried with them and without.
    """
    lines = {}
    for family in sorted(ours(), key=is_conditional):
        if family.__name__ in LONG:
            continue
        names = family.networks.__code__.co_names
        networks = [n for n in names if n.endswith(("_generator", "_discriminator"))]
        lines.setdefault(tuple(networks), family)
    return list(lines.values())


def published():
    """This package's families: all on TensorFlow, else one a network.

    `KERAS_GAN_ZOO_TEST_ALL=1`, set by `make test-all`, takes all on each backend.
    """
    return ours() if EVERY_FAMILY else one_a_network()


def families(both_ways=False):
    """Parametrises a test by `family` and `given`, arguments for `small`.

    A family that may take labels gets them; with `both_ways`, it also comes without,
    where all families do.
    """
    cases = []
    for family in published():
        optional = takes_labels(family) and not is_conditional(family)
        if (both_ways and EVERY_FAMILY) or not optional:
            cases.append(pytest.param(family, {}, id=family.file_name))
        if optional:
            given = {"num_classes": CLASSES}
            cases.append(pytest.param(family, given, id=f"{family.file_name}-labels"))
    return pytest.mark.parametrize(("family", "given"), cases)


def eagerly(family, given):
    """Whether a step may run eagerly, because another test of its networks does not."""
    labels = bool(given) or not takes_labels(family) or is_conditional(family)
    return EAGER and not (labels and family in one_a_network())


def settings(family):
    """Constructor arguments of a small one: lists of at most three narrow stages."""
    arguments = {"seed": 1}
    for name, parameter in inspect.signature(family).parameters.items():
        default = parameter.default
        if name.endswith("_widths"):
            stages = len(default) if isinstance(default, tuple) else 2
            arguments[name] = (8,) * min(stages, 3)
        elif name.endswith("_width") and default is not None:
            arguments[name] = 8
        elif name.endswith("_layers"):
            arguments[name] = 1
        elif name == "critic_steps":
            arguments[name] = min(default, 2)
    if is_conditional(family):
        arguments["num_classes"] = CLASSES
    return arguments


def small(family, image_shape=SHAPE, **arguments):
    return family(image_shape=image_shape, **{**settings(family), **arguments})


def data(gan, steps=2, batch_size=4):
    """Images and labels for `steps` iterations, for `fit`."""
    rng = np.random.default_rng(0)
    n = steps * gan.critic_steps * batch_size
    images = rng.integers(0, 256, (n, *gan.image_shape), dtype="uint8")
    labels = None if gan.num_classes is None else rng.integers(0, CLASSES, n)
    return {"x": images, "y": labels, "batch_size": batch_size, "verbose": 0}


def weights(network):
    return [keras.ops.convert_to_numpy(w) for w in network.weights]


def moved(before, network):
    """Whether any of a network's weights changed, and all are finite."""
    after = weights(network)
    assert all(np.isfinite(w).all() for w in after)
    return any((a != b).any() for a, b in zip(before, after, strict=True))
