"""Terms of the generator's loss that look at more than its images."""

import keras
from keras import ops

from keras_gan_zoo.objectives.penalties import squared_norm
from keras_gan_zoo.objectives.schedules import (
    check_every,
    check_weight,
    weight_config,
)

__all__ = ["GeneratorPenalty", "ModeSeeking", "PathLength", "get"]

PACKAGE = "keras_gan_zoo"


class GeneratorPenalty(keras.layers.Layer):
    """Base class of penalties on the generator; a Keras layer, for its state.

    Args:
        weight: float, or a schedule of the images seen: what `value` is multiplied by.
        every: int: taken at each so many updates, and `every` times as heavy then.
        name: str, its name in the logs.
    """

    #: the name in the logs where none is given
    label = "generator_penalty"
    #: whether `value` needs `pull`, and so a `layers.Tap` in the generator
    inner = False

    def __init__(self, weight=1.0, every=1, name=None):
        # A fixed name: Keras numbers the others, and the logs show it.
        super().__init__(dtype="float32", name=name or self.label)
        self.weight = check_weight(weight)
        self.every = check_every(every)
        self.built = True  # else Keras calls the model on the first batch to build it

    def value(self, fake, make, pull, draw, draw_latents):
        """The term without its weight: a scalar.

        Args:
            fake: `Batch`, its images differentiable with respect to the generator.
            make: function of latents and labels: other images.
            pull: function of a cotangent `(n, h, w, c)`: d sum(images * cotangent) /
                d the generator's `Tap`; None without `inner`.
            draw: function of a shape and `"normal"` or `"uniform"`.
            draw_latents: function of a number: as many new latents.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")

    def get_config(self):
        return {
            "weight": weight_config(self.weight),
            "every": self.every,
            "name": self.name,
        }


@keras.saving.register_keras_serializable(package=PACKAGE)
class PathLength(GeneratorPenalty):
    """Images change as much for every step in w (Karras et al. 2020, eq. 4).

    The generator has a `keras_gan_zoo.layers.Tap` at w. arXiv:1912.04958.

    Args:
        weight: float or schedule.
        every: int.
        decay: float, of the moving average of the lengths.
        name: str.
    """

    label = "path_length"
    inner = True

    def __init__(self, weight=2.0, every=1, decay=0.01, name=None):
        super().__init__(weight, every, name)
        self.decay = decay
        self.mean = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="mean"
        )

    def value(self, fake, make, pull, draw, draw_latents):
        _, height, width, _ = fake.images.shape
        noise = draw(ops.shape(fake.images), "normal") / (height * width) ** 0.5
        lengths = ops.sqrt(squared_norm(pull(noise)) + 1e-12)
        mean = self.mean + self.decay * (ops.mean(lengths) - self.mean)
        self.mean.assign(ops.stop_gradient(mean))
        return ops.mean(ops.square(lengths - mean))

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}


@keras.saving.register_keras_serializable(package=PACKAGE)
class ModeSeeking(GeneratorPenalty):
    """Far latents, far images (Mao et al. 2019, eq. 2 and 5), arXiv:1903.05628."""

    label = "mode_seeking"

    def value(self, fake, make, pull, draw, draw_latents):
        latents = draw_latents(ops.shape(fake.latents)[0])
        images = ops.mean(ops.abs(make(latents, fake.labels) - fake.images))
        return 1.0 / (images / ops.mean(ops.abs(latents - fake.latents)) + 1e-5)


def get(penalty):
    """A generator penalty from its config or itself."""
    if isinstance(penalty, dict):
        penalty = keras.saving.deserialize_keras_object(penalty)
    if isinstance(penalty, GeneratorPenalty):
        return penalty
    raise ValueError(
        "`generator_penalties` must be a list of "
        "`keras_gan_zoo.generator_penalties.GeneratorPenalty`, for example "
        "`generator_penalties=[keras_gan_zoo.generator_penalties.ModeSeeking()]`. "
        f"Received: {penalty!r}"
    )
