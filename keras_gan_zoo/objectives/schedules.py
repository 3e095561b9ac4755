"""Weights of terms: a number, or a Keras schedule of the images seen."""

import numbers

import keras
from keras import ops

Schedule = keras.optimizers.schedules.LearningRateSchedule


def check_number(weight):
    """A weight that is a number, as it was given.

    Raises:
        ValueError: it is none, or below 0.
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


def check_weight(weight):
    """A number, a schedule, or a schedule from its config."""
    if isinstance(weight, dict):
        weight = keras.saving.deserialize_keras_object(weight)
    return weight if isinstance(weight, Schedule) else check_number(weight)


def weight_at(weight, images_seen):
    """The weight after so many images."""
    if isinstance(weight, Schedule):
        return ops.cast(weight(images_seen), "float32")
    return weight


def weight_config(weight):
    """A weight for `get_config`."""
    if isinstance(weight, Schedule):
        return keras.saving.serialize_keras_object(weight)
    return weight


def check_every(every):
    """How many updates of a player lie between two of a lazy term."""
    if not isinstance(every, numbers.Integral) or every < 1:
        raise ValueError(
            "`every` must be a whole number of updates, 1 or more. "
            f"Received: every={every!r}"
        )
    return int(every)
