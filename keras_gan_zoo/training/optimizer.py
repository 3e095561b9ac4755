"""Both players' optimizers as one, and schedules that count GAN iterations."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.backend.keras_internals import (
    gradients_of,
    lend_averages,
    prefix_paths,
    schedule_of,
    unwrapped,
)
from keras_gan_zoo.training.scheduled_adam import ScheduledAdam


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class PerIteration(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of a player that is updated several times per GAN iteration.

    Args:
        schedule: a Keras schedule, which is given the iterations.
        updates: int, updates per iteration.
    """

    def __init__(self, schedule: Any, updates: int) -> None:
        super().__init__()
        self.schedule = schedule
        self.updates = updates

    def __call__(self, step: Any) -> Any:
        return self.schedule(ops.floor_divide(step, self.updates))

    def get_config(self) -> dict[str, Any]:
        schedule = keras.optimizers.schedules.serialize(self.schedule)
        return {"schedule": schedule, "updates": self.updates}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        schedule = keras.optimizers.schedules.deserialize(config["schedule"])
        return cls(schedule, config["updates"])


def count_iterations(optimizer: Any, updates: int) -> None:
    """Have an optimizer's schedule, if it follows one, count GAN iterations."""
    schedule = schedule_of(optimizer)
    if isinstance(schedule, PerIteration):
        schedule = schedule.schedule
    if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        several = updates > 1
        optimizer.learning_rate = (
            PerIteration(schedule, updates) if several else schedule
        )


def followed(optimizer: Any) -> Any:
    """What an optimizer's learning rate follows: a schedule, a function, or None."""
    optimizer = unwrapped(optimizer)
    if isinstance(optimizer, ScheduledAdam):
        return optimizer.schedules.get("learning_rate")
    return schedule_of(optimizer)


class _BothRates(keras.Variable):
    """The generator's rate to read; what is assigned moves both players' rates."""

    def __init__(self, optimizer: Any) -> None:  # no variable of its own
        self.optimizer = optimizer

    def __getattr__(self, name: str) -> Any:
        optimizer = vars(self)["optimizer"]
        return getattr(optimizer.generator_optimizer.learning_rate, name)

    @property
    def value(self) -> Any:
        return self.optimizer.generator_optimizer.learning_rate.value

    def assign(self, value: Any) -> Any:
        self.optimizer.learning_rate = value
        return self.value


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class AdversarialOptimizer(keras.optimizers.Optimizer):
    """Both players' optimizers, as the one `model.optimizer` that Keras knows.

    Keras saves, restores and compiles a single optimizer; one in a second attribute
    would silently lose its state on reload. `iterations` are the generator's, and so is
    `learning_rate`; setting it, or `learning_rate.assign(1e-4)`, moves both players'
    rates and keeps their ratio. Each player's own can be set too:
    `generator_optimizer.learning_rate = 1e-4`.

    Args:
        generator_optimizer: a `keras.optimizers.Optimizer`.
        discriminator_optimizer: another one.
    """

    def __init__(
        self,
        generator_optimizer: Any,
        discriminator_optimizer: Any,
        name: str = "adversarial",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=0.0, name=name)
        self.generator_optimizer = keras.optimizers.get(generator_optimizer)
        self.discriminator_optimizer = keras.optimizers.get(discriminator_optimizer)
        if self.generator_optimizer is self.discriminator_optimizer:
            raise ValueError(
                "The two players need two optimizers, for example "
                "`compile(keras.optimizers.Adam(), keras.optimizers.Adam())`. "
                "Received: the same optimizer twice"
            )
        self._players: dict[str, tuple[Any, list]] = {}
        self.rate_ratio = 1.0  # as long as the generator's is 0

    def build(self, variables: list[Any]) -> None:
        raise ValueError(
            "An AdversarialOptimizer is built by `GAN.compile`, from two lists of "
            "variables."
        )

    def build_players(
        self, generator_variables: list[Any], discriminator_variables: list[Any]
    ) -> None:
        """Create the state of both optimizers."""
        self._players = {
            "generator": (self.generator_optimizer, generator_variables),
            "discriminator": (self.discriminator_optimizer, discriminator_variables),
        }
        for player, (optimizer, variables) in self._players.items():
            optimizer.build(variables)
            prefix_paths(optimizer.variables, f"{player}_optimizer")
        lend_averages(self, [self.generator_optimizer, self.discriminator_optimizer])
        self.built = True

    @property
    def variables(self) -> list[Any]:
        return [
            *self.generator_optimizer.variables,
            *self.discriminator_optimizer.variables,
        ]

    @property
    def iterations(self) -> Any:
        return self.generator_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        rate = self.generator_optimizer.learning_rate
        return _BothRates(self) if isinstance(rate, keras.Variable) else rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        both = self.generator_optimizer, self.discriminator_optimizer
        if callable(value) or any(followed(optimizer) for optimizer in both):
            raise TypeError(
                "A GAN's `learning_rate` is set to a number, and moves both players' "
                "rates, neither of which may follow a schedule. Set one player's by "
                "itself: `gan.optimizer.generator_optimizer.learning_rate = ...`, or "
                "pass a schedule for each to `compile`. Received: "
                f"learning_rate={value!r}, with schedules "
                f"{[followed(optimizer) for optimizer in both]}"
            )
        generator, discriminator = self.learning_rates
        if generator:
            self.rate_ratio = discriminator / generator
        for optimizer, ratio in zip(both, (1.0, self.rate_ratio), strict=True):
            optimizer.learning_rate = ratio * float(ops.convert_to_numpy(value))

    @property
    def learning_rates(self) -> list[float]:
        """The generator's and the discriminator's learning rate."""
        both = self.generator_optimizer, self.discriminator_optimizer
        return [float(ops.convert_to_numpy(one.learning_rate)) for one in both]

    @property
    def gradient_norms(self) -> list[float | None]:
        """The norms of the generator's and the discriminator's recent gradients.

        They are of the averages that Adam and its kin keep, over `1 / (1 - beta_1)`
        updates, or root mean squares that RMSprop keeps. None for an optimizer that
        keeps neither, such as SGD.
        """
        both = self.generator_optimizer, self.discriminator_optimizer
        return [_norm(*gradients_of(optimizer)) for optimizer in both]

    def begin(self, images_seen: Any) -> None:
        """Set what is a function of the images seen, before the updates of a step."""
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            optimizer = unwrapped(optimizer)
            if isinstance(optimizer, ScheduledAdam):
                optimizer.begin(images_seen)

    # The two optimizers are saved and loaded as children of this one.
    def save_own_variables(self, store: Any) -> None:
        pass

    def load_own_variables(self, store: Any) -> None:
        pass

    def finalize_variable_values(self, var_list: list[Any]) -> None:
        """At the end of `fit`: an optimizer with `use_ema` leaves its averages."""
        for optimizer, variables in self._players.values():
            optimizer.finalize_variable_values(variables)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "generator_optimizer": keras.optimizers.serialize(self.generator_optimizer),
            "discriminator_optimizer": keras.optimizers.serialize(
                self.discriminator_optimizer
            ),
        }


def _norm(averages, squared):
    if not averages:
        return None
    arrays = [np.asarray(ops.convert_to_numpy(v), "float64") for v in averages]
    return float(np.sqrt(sum((a if squared else a**2).sum() for a in arrays)))
