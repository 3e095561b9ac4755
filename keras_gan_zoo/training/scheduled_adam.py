from typing import Any

import keras
from keras import initializers, ops

from keras_gan_zoo.arguments import check_real
from keras_gan_zoo.schedules import (
    Schedule,
    Weight,
    check_weight,
    weight_at,
    weight_config,
)
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class ScheduledAdam(keras.optimizers.Adam):
    """Adam whose rate and betas may be schedules of the images seen, as in R3GAN's.

    Keras' schedules of a learning rate count updates; these count the real images that
    the discriminator has seen (Huang et al. 2024, appendix D). arXiv:2501.05441.

    Args:
        learning_rate: float, or a schedule of the images seen.
        beta_1: likewise.
        beta_2: likewise.
        epsilon: float; torch's by default.
        **kwargs: those of `keras.optimizers.Adam`.

    Example:

    >>> from keras_gan_zoo.schedules import Cosine
    >>> adam = ScheduledAdam(Cosine(2e-4, 5e-5, images=20_000_000))
    >>> round(float(adam.learning_rate), 6)
    0.0002
    """

    def __init__(
        self,
        learning_rate: Weight = 2e-4,
        beta_1: Weight = 0.0,
        beta_2: Weight = 0.99,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        given = {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}
        given = {name: check_weight(value, name) for name, value in given.items()}
        start = {
            name: float(ops.convert_to_numpy(weight_at(value, 0)))
            for name, value in given.items()
        }
        for name in ("beta_1", "beta_2"):
            check_real(name, start[name], below=1)
        super().__init__(**start, epsilon=epsilon, **kwargs)
        #: name -> schedule, of what follows one
        self.schedules = {
            name: value for name, value in given.items() if isinstance(value, Schedule)
        }
        for name in self.schedules:
            if name != "learning_rate":  # Keras has a variable for that one
                setattr(self, name, self._beta(name, start[name]))

    def _beta(self, name, start):
        return self.add_variable(
            (),
            initializers.Constant(start),
            dtype="float32",
            aggregation="only_first_replica",
            name=name,
        )

    def begin(self, images_seen: Tensor) -> None:
        """Set what follows a schedule, before the updates of a step."""
        for name, schedule in self.schedules.items():
            variable = (
                self._learning_rate if name == "learning_rate" else getattr(self, name)
            )
            variable.assign(ops.cast(weight_at(schedule, images_seen), variable.dtype))

    def get_config(self) -> dict[str, Any]:
        scheduled = {k: weight_config(v) for k, v in self.schedules.items()}
        return {**super().get_config(), **scheduled}
