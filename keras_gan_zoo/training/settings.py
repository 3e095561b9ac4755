"""Checks the settings of a GAN."""

import random
from collections.abc import Callable, Iterable
from typing import Any

from keras_gan_zoo.arguments import check_count, is_number, is_whole
from keras_gan_zoo.latents import DISTRIBUTIONS, Latents
from keras_gan_zoo.networks import contract
from keras_gan_zoo.objectives.classes import check_single
from keras_gan_zoo.schedules import Schedule
from keras_gan_zoo.training.schemes import SCHEMES

LABEL_DISTRIBUTIONS = ("uniform", "data")

#: what is part of a compiled step
OF_STEPS = (
    "objective",
    "penalties",
    "auxiliaries",
    "generator_penalties",
    "augmentation",
    "label_distribution",
    "critic_steps",
    "generator_steps",
    "ema_half_life",
    "ema_start",
    "update",
    "latent_distribution",
    "latents",
)


def check_names(names: Any) -> tuple[str, ...] | None:
    """Return the names of labels as a tuple, or None for None."""
    if names is None:
        return None
    listed = isinstance(names, Iterable) and not isinstance(names, str)
    found = tuple(names) if listed else ()
    if not found or not all(isinstance(name, str) for name in found):
        raise ValueError(
            "`label_names` must be a list with the name of each class, such as "
            f'["cat", "dog"], or None. Received: label_names={names!r}'
        )
    return found


def check_terms(name: str, terms: Any, get: Callable[[Any], Any]) -> list[Any]:
    """Return `terms` as a list, each as `get` gives it."""
    if not isinstance(terms, list | tuple):
        raise ValueError(
            f"`{name}` must be a list, [] for none. Received: {name}={terms!r}"
        )
    return [get(term) for term in terms]


def check_run(validation_freq: Any = 1, **counts: Any) -> None:
    """Refuse what `fit` or `evaluate` can't count by: each is None or a number."""
    for name, value in counts.items():
        is_epoch = name in ("epochs", "initial_epoch")
        check_count(name, value, 0 if is_epoch else 1, optional=not is_epoch)
    if not isinstance(validation_freq, list | tuple | set):  # numbers of epochs
        check_count("validation_freq", validation_freq)


def check_seed(seed: Any) -> int:
    """Return `seed` as an int, or draw one for None."""
    if seed is None:
        return random.randrange(2**31)
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ValueError(
            "`seed` must be a whole number from 0 to 2**32 - 1, or None. "
            f"Received: seed={seed!r}"
        )
    return int(seed)


def check(gan: Any) -> None:
    """Raise an error if settings of a GAN are unknown or do not go together."""
    for name in ("critic_steps", "generator_steps"):
        check_count(name, getattr(gan, name))
    choices = {
        "update": tuple(SCHEMES),
        "latent_distribution": DISTRIBUTIONS,
        "label_distribution": LABEL_DISTRIBUTIONS,
    }
    for name, known in choices.items():
        value = getattr(gan, name)
        if value not in known:
            raise ValueError(
                f"`{name}` must be one of {known}. Received: {name}={value!r}"
            )
    half_life = gan.ema_half_life
    positive = is_number(half_life) and half_life > 0
    if not (half_life is None or isinstance(half_life, Schedule) or positive):
        raise ValueError(
            "`ema_half_life` must be a positive number of images, for example "
            "10_000, a schedule of the images seen, or None. "
            f"Received: ema_half_life={half_life!r}"
        )
    if gan.ema_start is not None and gan.ema_half_life is None:
        raise ValueError(
            "`ema_start` is for an average, with `ema_half_life`. "
            f"Received: ema_start={gan.ema_start}, ema_half_life=None"
        )
    if gan.num_classes is None:
        for name, default in (("label_distribution", "uniform"), ("label_names", None)):
            if getattr(gan, name) != default:
                raise ValueError(
                    f"`{name}` is for conditional GANs, with `num_classes`. "
                    f"Received: {name}={getattr(gan, name)!r}, num_classes=None"
                )
    elif gan.label_names is not None and len(gan.label_names) != gan.num_classes:
        raise ValueError(
            "`label_names` must have a name for each class. Received: "
            f"{len(gan.label_names)} names, num_classes={gan.num_classes}"
        )
    if gan.latents is not None:
        _check_latents(gan)
    SCHEMES[gan.update].check(gan)
    if gan.discriminator is None:
        return
    if contract.takes_labels(gan.discriminator):
        check_single(gan, "labels")
    for term in (gan.objective, *gan.auxiliaries):
        term.check(gan)


def check_terms_are_known(gan: Any, names: Iterable[str]) -> None:
    """Refuse terms that a GAN was not built with; `names` are those of its logs."""
    unknown = sorted(set(gan.log_names()) - set(names))
    if unknown:
        raise ValueError(
            "A GAN has its terms from the start: build another one with them, for "
            'example `DCGAN(penalties=["r1"])`. '
            f"Received: new terms, {', '.join(unknown)}"
        )


def of_steps(gan: Any) -> dict[str, Any]:
    """The settings that compiled steps go by, to be compared by `check_unchanged`."""
    return {name: _with_weights(getattr(gan, name)) for name in OF_STEPS}


def _with_weights(value):
    if isinstance(value, list | tuple):
        return tuple(map(_with_weights, value))
    return value, getattr(value, "weight", None), getattr(value, "every", None)


def check_unchanged(compiled: dict[str, Any], gan: Any) -> None:
    """Raise an error if settings were changed since `compile`, of which they are."""
    changed = [name for name, now in of_steps(gan).items() if now != compiled[name]]
    if changed:
        raise ValueError(
            "Settings are compiled with the GAN. Call `gan.compile()` again, which "
            "starts with new optimizers, or build another GAN. Received: "
            + ", ".join(f"{name}={getattr(gan, name)!r}" for name in changed)
            + ", set since it was compiled"
        )


def check_optimizers(gan: Any, *optimizers: Any) -> None:
    """Raise an error if the players' optimizers do not go with a GAN's `update`."""
    SCHEMES[gan.update].check_optimizers(gan, *optimizers)


def _check_latents(gan):
    if not isinstance(gan.latents, Latents) or gan.latents.dim != gan.latent_dim:
        raise ValueError(
            "`latents` must be `keras_gan_zoo.latents.Latents` of the size that the "
            f"generator takes, {gan.latent_dim}. Received: latents={gan.latents!r}"
        )
    if gan.latent_distribution != "normal":
        raise ValueError(
            "`latents` names its own distributions: leave `latent_distribution` "
            f"out. Received: latent_distribution={gan.latent_distribution!r}, "
            f"latents={gan.latents!r}"
        )
