"""Weights of terms: a number, or a Keras schedule of the images seen."""

import numbers
from typing import Any, TypeAlias

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

Schedule = keras.optimizers.schedules.LearningRateSchedule
Weight: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule


def check_number(weight: Any) -> float:
    """Check that a weight is a number, 0 or more, and return it.

    Raises:
        ValueError: it is not a number, or below 0.
    """
    try:
        valid = not isinstance(weight, Schedule) and weight >= 0
    except TypeError:
        valid = False
    if not valid:
        raise ValueError(
            "`weight` must be a number, 0 or more, for example 10 (penalties also take "
            "a schedule of `keras.optimizers.schedules`, which is given the number of "
            f"real images that the discriminator has seen). Received: weight={weight!r}"
        )
    return weight


def check_weight(weight: Any) -> Weight:
    """Check a weight that is a number, a schedule, or the config of one."""
    if isinstance(weight, dict):
        weight = keras.saving.deserialize_keras_object(weight)
    return weight if isinstance(weight, Schedule) else check_number(weight)


def weight_at(weight: Weight, images_seen: Tensor) -> Tensor:
    """The weight after `images_seen` images."""
    if isinstance(weight, Schedule):
        return ops.cast(weight(images_seen), "float32")
    return weight


def weight_config(weight: Weight) -> float | dict[str, Any]:
    """A weight for `get_config`."""
    if isinstance(weight, Schedule):
        return keras.saving.serialize_keras_object(weight)
    return weight


def check_every(every: Any) -> int:
    """Check the interval of a lazy term, in updates, and return it."""
    if not isinstance(every, numbers.Integral) or every < 1:
        raise ValueError(
            "`every` must be a whole number of updates, 1 or more. "
            f"Received: every={every!r}"
        )
    return int(every)
