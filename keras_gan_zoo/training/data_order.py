"""Makes the order of the data a function of the saved `seed` and `epochs_seen`."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.backend.keras_internals import forget_initial_epoch
from keras_gan_zoo.training import backup
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
    count. A user's `CallbackList` is restored when the context ends.
    """
    try:
        if isinstance(callbacks, keras.callbacks.CallbackList):
            given = callbacks.callbacks
            order.set_model(model)
            callbacks.callbacks = [order, *map(backup.safe, given)]
            try:
                yield callbacks
            finally:
                callbacks.callbacks = given
        else:
            given = [] if callbacks is None else keras.tree.flatten(callbacks)
            yield [order, *map(backup.safe, given)]
    finally:
        forget_initial_epoch(model)
