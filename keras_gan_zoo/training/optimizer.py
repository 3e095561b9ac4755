from typing import Any

import keras


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class AdversarialOptimizer(keras.optimizers.Optimizer):
    """Both players' optimizers, as the one `model.optimizer` that Keras knows.

    Keras saves, restores and compiles a single optimizer; one in a second attribute
    would silently lose its state on reload. `learning_rate` and `iterations` are the
    generator's, so that schedules and logs count GAN iterations.

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

    def build(self, variables: list[Any]) -> None:
        raise ValueError(
            "An AdversarialOptimizer is built by `GAN.compile`, from two lists of "
            "variables."
        )

    def build_players(
        self, generator_variables: list[Any], discriminator_variables: list[Any]
    ) -> None:
        """Create the state of both optimizers."""
        self.generator_optimizer.build(generator_variables)
        self.discriminator_optimizer.build(discriminator_variables)
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
        return self.generator_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> Any:
        self.generator_optimizer.learning_rate = value

    # The two optimizers are saved and loaded as children of this one.
    def save_own_variables(self, store: Any) -> None:
        pass

    def load_own_variables(self, store: Any) -> None:
        pass

    def finalize_variable_values(self, var_list: list[Any]) -> None:
        pass

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "generator_optimizer": keras.optimizers.serialize(self.generator_optimizer),
            "discriminator_optimizer": keras.optimizers.serialize(
                self.discriminator_optimizer
            ),
        }
