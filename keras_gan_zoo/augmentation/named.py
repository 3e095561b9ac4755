"""Augmentations by name."""

from typing import Any

from keras_gan_zoo.augmentation.ada import ADA
from keras_gan_zoo.augmentation.apa import APA
from keras_gan_zoo.augmentation.base import Augmentation
from keras_gan_zoo.augmentation.diff_augment import DiffAugment
from keras_gan_zoo.configs import instance, with_state

#: with their arguments as published; any family takes them
AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "diff_augment": DiffAugment,
    "ada": ADA,
    "apa": APA,
}


def get(identifier: Any) -> Augmentation | None:
    """Return an augmentation with its state, from its name or config; None for none."""
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier in AUGMENTATIONS:
        identifier = AUGMENTATIONS[identifier]()
    return with_state(
        instance(
            identifier,
            Augmentation,
            f"`augmentation` must be one of {sorted(AUGMENTATIONS)} or a "
            "`keras_gan_zoo.augmentation.Augmentation`, for example "
            "`augmentation=keras_gan_zoo.augmentation.DiffAugment()`.",
        )
    )
