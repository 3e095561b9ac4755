"""Schedules of the images seen, besides those of `keras.optimizers.schedules`.

A weight, a probability or a half-life is a number, or such a schedule.
"""

import math
from typing import Any, TypeAlias

import keras
from keras import ops

from keras_gan_zoo.arguments import check_count, check_real, is_number
from keras_gan_zoo.backend.keras_internals import without_tensorflow
from keras_gan_zoo.configs import from_config, native
from keras_gan_zoo.typing import Tensor

__all__ = ["Cosine"]

Schedule = keras.optimizers.schedules.LearningRateSchedule
Weight: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """From one value to another along half a cosine, then constant.

    Unlike `keras.optimizers.schedules.CosineDecay` it may rise, and begin at 0. For a
    straight line there is `keras.optimizers.schedules.PolynomialDecay`.

    Args:
        start: float.
        end: float, above or below it.
        images: int, 1 or more, after how many images it is reached.

    Raises:
        ValueError: a value is not finite, or there are no images.

    Example:

    >>> round(float(Cosine(0.9, 0.99, images=100)(50)), 3)
    0.945
    """

    def __init__(self, start: float, end: float, images: float) -> None:
        if not (all(map(is_number, (start, end, images))) and images > 0):
            raise ValueError(
                "`Cosine` must go from a number to another one in some images, for "
                "example Cosine(0.9, 0.99, images=100_000). "
                f"Received: Cosine({start!r}, {end!r}, images={images!r})"
            )
        self.start, self.end, self.images = float(start), float(end), float(images)

    def __call__(self, step: Any) -> Any:
        share = ops.minimum(ops.cast(step, "float32") / self.images, 1.0)
        gone = ops.square(ops.sin(0.5 * math.pi * share))  # = (1 - cos) / 2
        return self.start + (self.end - self.start) * gone

    def get_config(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "images": self.images}

    def __repr__(self) -> str:
        return f"Cosine({self.start:g}, {self.end:g}, images={self.images:g})"


def check_number(weight: Any, name: str = "weight") -> float:
    """Check that a weight is a number, 0 or more, and return it.

    Raises:
        ValueError: it is not a number, or below 0.
    """
    hint = (
        ", for example 10 (penalties also take a schedule of "
        "`keras.optimizers.schedules`, which is given the number of real images that "
        "the discriminator has seen)"
    )
    return check_real(name, weight, least=0, hint=hint)


def check_weight(weight: Any, name: str = "weight") -> Weight:
    """Check a weight that is a number, a schedule, or the config of one."""
    weight = from_config(weight)
    return weight if isinstance(weight, Schedule) else check_number(weight, name)


def weight_at(weight: Weight, images_seen: Tensor) -> Tensor:
    """The weight after `images_seen` images."""
    if isinstance(weight, Schedule):
        return ops.cast(weight(images_seen), "float32")
    return weight


def weight_config(weight: Any) -> Any:
    """A weight for `get_config`."""
    if isinstance(weight, Schedule):
        with without_tensorflow():
            return keras.saving.serialize_keras_object(weight)
    return native(weight)


def readable(weight: Weight | None) -> float | str | None:
    """A weight for people: a number as it is, a schedule by its settings."""
    if not isinstance(weight, Schedule):
        return weight
    settings = ", ".join(f"{k}={v!r}" for k, v in weight.get_config().items())
    return f"{type(weight).__name__}({settings})"


def check_every(every: Any) -> int:
    """Check the interval of a lazy term, in updates, and return it."""
    return check_count("every", every, of="updates")
