"""Training schemes: when each player moves. `GAN(update=...)` names one of them.

A scheme is a function of a GAN and a `Batch` of real images that updates both networks
and returns the logs, and checks for settings and optimizers that it can't work with.
"""

from functools import partial
from typing import Any, NamedTuple

from keras_gan_zoo.training.schemes import (
    latent_optimization,
    simultaneous,
    unrolled,
)
from keras_gan_zoo.training.step import alternating_update


class Scheme(NamedTuple):
    """An entry of `SCHEMES`."""

    update: Any
    check: Any = lambda gan: None
    check_optimizers: Any = lambda gan, generator_optimizer, discriminator_optimizer: (
        None
    )


def _unrolled(steps):
    update = partial(unrolled.unrolled_update, steps=steps)
    return Scheme(update, unrolled.check, unrolled.check_optimizers)


SCHEMES = {
    "alternating": Scheme(alternating_update),
    "latent_optimization": Scheme(latent_optimization.latent_optimization_update),
    "simultaneous": Scheme(simultaneous.simultaneous_update, simultaneous.check),
    # The paper's numbers of steps; 5 where it does not say.
    "unrolled": _unrolled(5),
    "unrolled_1": _unrolled(1),
    "unrolled_10": _unrolled(10),
}
