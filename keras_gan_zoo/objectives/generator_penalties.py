"""Terms of the generator's loss that depend on more than its images."""

import math
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.configs import instance, with_state
from keras_gan_zoo.objectives.penalties import squared_norm
from keras_gan_zoo.schedules import (
    Weight,
    check_every,
    check_weight,
    weight_config,
)
from keras_gan_zoo.typing import Draw, Tensor

__all__ = [
    "GeneratorPenalty",
    "LatentSensitivity",
    "ModeSeeking",
    "PathLength",
    "get",
]

PACKAGE = "keras_gan_zoo"


class GeneratorPenalty(keras.layers.Layer):
    """Base class of penalties on the generator: a Keras layer, so that state is saved.

    Create state in `build`, after `self.built = False` in the constructor: `GAN` calls
    it, and a family that declares the penalty touches no device when it is imported.

    Args:
        weight: float, or a schedule of the images seen: what `value` is multiplied by.
        every: int, updates from one use to the next; the term is multiplied by `every`
            to make up for the others.
        name: str, its name in the logs.
    """

    #: the default name in the logs
    label = "generator_penalty"
    #: whether `value` needs `pull`, and with it a `layers.Tap` in the generator
    inner = False

    def __init__(
        self, weight: Weight = 1.0, every: int = 1, name: str | None = None
    ) -> None:
        # A fixed name, because the logs show it: Keras would number the default ones.
        super().__init__(dtype="float32", name=name or self.label)
        self.weight = check_weight(weight)
        self.every = check_every(every)
        self.built = True  # or Keras would call the model to build it

    def value(
        self,
        fake: Any,
        make: Callable,
        pull: Any,
        draw: Draw,
        draw_latents: Callable,
    ) -> Tensor:
        """The term without its weight: a scalar.

        Args:
            fake: `Batch`, whose images are differentiable with respect to the
                generator's weights.
            make: function of latents and labels that returns other images.
            pull: function of a cotangent `(n, h, w, c)` that returns
                d sum(images * cotangent) / d the generator's `Tap`; None if not
                `inner`.
            draw: function of a shape and `"normal"` or `"uniform"`.
            draw_latents: function of a number that returns as many new latents.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `value`.")

    def get_config(self) -> dict[str, Any]:
        return {
            "weight": weight_config(self.weight),
            "every": self.every,
            "name": self.name,
        }


@keras.saving.register_keras_serializable(package=PACKAGE)
class PathLength(GeneratorPenalty):
    """Images change equally for every step in w (Karras et al. 2020, eq. 4).

    The generator must have a `keras_gan_zoo.layers.Tap` at w, `(n, dim)`, or at one w
    for each layer, `(n, layers, dim)`: the squared length of an image is the sum of
    squares over dim, and their mean over layers, as in the authors' code.
    arXiv:1912.04958.

    Args:
        weight: float or schedule.
        every: int.
        decay: float, the decay of the lengths' moving average.
        name: str.
    """

    label = "path_length"
    inner = True

    def __init__(
        self,
        weight: Weight = 2.0,
        every: int = 1,
        decay: float = 0.01,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, every, name)
        self.decay = check_real("decay", decay, least=0, most=1)
        self.built = False

    def build(self, input_shape: Any = None) -> None:
        self.mean = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="mean"
        )

    def value(
        self,
        fake: Any,
        make: Callable,
        pull: Any,
        draw: Draw,
        draw_latents: Callable,
    ) -> Tensor:
        _, height, width, _ = fake.images.shape
        noise = draw(ops.shape(fake.images), "normal") / (height * width) ** 0.5
        slopes = pull(noise)
        layers = math.prod(slopes.shape[1:-1])
        lengths = ops.sqrt(squared_norm(slopes) / layers + 1e-12)
        mean = self.mean + self.decay * (ops.mean(lengths) - self.mean)
        self.mean.assign(ops.stop_gradient(mean))
        return ops.mean(ops.square(lengths - mean))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decay": self.decay}


@keras.saving.register_keras_serializable(package=PACKAGE)
class ModeSeeking(GeneratorPenalty):
    """Distant latents make distant images (Mao et al. 2019, eq. 2 and 5).

    arXiv:1903.05628.
    """

    label = "mode_seeking"

    def value(
        self,
        fake: Any,
        make: Callable,
        pull: Any,
        draw: Draw,
        draw_latents: Callable,
    ) -> Tensor:
        latents = draw_latents(ops.shape(fake.latents)[0])
        images = ops.mean(ops.abs(make(latents, fake.labels) - fake.images))
        return 1.0 / (images / ops.mean(ops.abs(latents - fake.latents)) + 1e-5)


@keras.saving.register_keras_serializable(package=PACKAGE)
class LatentSensitivity(GeneratorPenalty):
    """zCR, the generator's part: images move with the latents (Zhao et al. 2021).

    Minus the mean squared difference of the images of z and of z + N(0, `radius`^2):
    L_gen of section 3.2. The discriminator's part is `auxiliaries.LatentConsistency`.
    arXiv:2002.04724.

    Args:
        weight: float or schedule, lambda_gen.
        every: int.
        radius: float, the standard deviation of what is added to latents.
        name: str.
    """

    label = "latent_sensitivity"

    def __init__(
        self,
        weight: Weight = 0.5,
        every: int = 1,
        radius: float = 0.05,
        name: str | None = None,
    ) -> None:
        super().__init__(weight, every, name)
        self.radius = check_real("radius", radius, least=0)

    def value(
        self,
        fake: Any,
        make: Callable,
        pull: Any,
        draw: Draw,
        draw_latents: Callable,
    ) -> Tensor:
        latents = fake.latents + self.radius * draw(ops.shape(fake.latents), "normal")
        return -ops.mean(ops.square(make(latents, fake.labels) - fake.images))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "radius": self.radius}


def get(penalty: Any) -> GeneratorPenalty:
    """Return a generator penalty with its state, from its config if need be."""
    return with_state(
        instance(
            penalty,
            GeneratorPenalty,
            "`generator_penalties` must be a list of "
            "`keras_gan_zoo.generator_penalties.GeneratorPenalty`, for example "
            "`generator_penalties=[keras_gan_zoo.generator_penalties.ModeSeeking()]`.",
        )
    )
