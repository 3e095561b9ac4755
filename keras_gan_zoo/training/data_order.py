"""Makes the order of the data a function of the saved `seed` and `epochs_seen`."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.backend.keras_internals import forget_initial_epoch
from keras_gan_zoo.training import backup, monitoring
from keras_gan_zoo.training.batches import ImageBatches
from keras_gan_zoo.typing import Tensor


class DataOrder(keras.callbacks.Callback):
    """Tells the batches which epoch is next, and counts epochs as they end."""

    def __init__(self, batches: ImageBatches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Tensor] | None = None) -> None:
        self.batches.epoch = int(ops.convert_to_numpy(self.model.epochs_seen))
        if self.batches.seed is not None:
            self.batches.seed = self.model.seed  # a backup may have brought another

    def on_epoch_end(self, epoch: int, logs: dict[str, Tensor] | None = None) -> None:
        self.model.epochs_seen.assign(self.batches.epoch + 1)


@contextlib.contextmanager
def first_of(callbacks: Any, order: DataOrder, model: Any) -> Iterator[Any]:
    """The callbacks of a `fit`, preceded by `order`, with backups that are safe.

    It comes first so that whatever saves the model at the end of an epoch saves the new
    count. After it comes what puts both learning rates in the logs, if a callback is
    about them. A callback with a method `set_batches` is given the batches. A user's
    `CallbackList` is restored when the context ends.
    """
    is_list = isinstance(callbacks, keras.callbacks.CallbackList)
    given = callbacks.callbacks if is_list else keras.tree.flatten(callbacks or [])
    monitoring.say_what_losses_tell(model, given)
    for one in given:
        if hasattr(one, "set_batches"):
            one.set_batches(order.batches)
    first: list[Any] = [order]
    if any(isinstance(one, monitoring.ABOUT_RATES) for one in given):
        first.append(monitoring.Rates())
    every = [*first, *map(backup.safe, given)]
    try:
        if not is_list:
            yield every
            return
        for one in first:
            one.set_model(model)
        callbacks.callbacks = every
        try:
            yield callbacks
        finally:
            callbacks.callbacks = given
    finally:
        forget_initial_epoch(model)
