"""What `fit` adds to a user's callbacks: both rates, and a word on losses."""

import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan_zoo.augmentation import AdaptiveAugmentation

#: these move or show the learning rate
ABOUT_RATES = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
    keras.callbacks.TensorBoard,
)
LOSSES = ("loss", "d_loss", "g_loss")


class Rates(keras.callbacks.Callback):
    """Puts both players' learning rates in the logs."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is not None:
            rates = self.model.optimizer.learning_rates
            logs["learning_rate"], logs["d_learning_rate"] = rates


def say_what_losses_tell(gan: Any, callbacks: Sequence[Any]) -> None:
    """Warn, once per model, where a callback chooses weights by a loss."""
    for callback in callbacks:
        stops = isinstance(callback, keras.callbacks.EarlyStopping)
        chooses = stops or getattr(callback, "save_best_only", False)
        monitor = str(getattr(callback, "monitor", ""))
        if chooses and monitor.removeprefix("val_") in LOSSES:
            say_once(
                gan,
                f"{type(callback).__name__} looks at {monitor!r}: a GAN's losses tell "
                "which player is ahead, not how good the images are. Choose by a "
                "score: list `keras_gan_zoo.callbacks.Score(...)` before it, and "
                'let it look at `monitor="fid", mode="min"`.',
            )


def say_what_is_frozen(gan: Any) -> None:
    """Warn if one of the players will stand still: tutorials freeze one by hand."""
    networks = {"generator": gan.generator, "discriminator": gan.discriminator}
    frozen = [
        name
        for name, network in networks.items()
        if network.weights and not network.trainable_variables
    ]
    if len(frozen) == 1:
        say_once(
            gan,
            f"The {frozen[0]} is frozen, so the other player trains against one that "
            "never learns. `fit` updates each player by itself, and needs none to be "
            f"frozen: set `gan.{frozen[0]}.trainable = True` and compile again, unless "
            "that is what you mean.",
        )


def say_what_can_not_adapt(gan: Any) -> None:
    """Warn of a probability that follows signs of logits that mean nothing."""
    layer = gan.augmentation
    adapts = isinstance(layer, AdaptiveAugmentation) and layer.p is None
    if adapts and gan.objective.boundary is None:
        say_once(
            gan,
            f"The probability of `{layer.name}` follows how many real images have "
            f"logits that say so, and under {gan.objective!r} no logit by itself says "
            "it: give it a fixed one, or a schedule, as R3GAN has: for example "
            f"`{type(layer).__name__}(p=0.3)`.",
        )


def say_once(gan: Any, text: str) -> None:
    """Warn, once per model."""
    if text not in gan._said:
        gan._said.append(text)
        warnings.warn(text, stacklevel=2)
