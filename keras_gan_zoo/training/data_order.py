"""Makes the order of the data a function of the saved `epochs_seen`."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.training.batches import ImageBatches
from keras_gan_zoo.typing import Tensor


class DataOrder(keras.callbacks.Callback):
    """Tells the batches which epoch is next, and counts epochs as they end."""

    def __init__(self, batches: ImageBatches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Tensor] | None = None) -> None:
        self.batches.epoch = int(ops.convert_to_numpy(self.model.epochs_seen))

    def on_epoch_end(self, epoch: int, logs: dict[str, Tensor] | None = None) -> None:
        self.model.epochs_seen.assign(self.batches.epoch + 1)


@contextlib.contextmanager
def first_of(callbacks: Any, order: DataOrder, model: Any) -> Iterator[Any]:
    """The callbacks of a `fit`, preceded by `order`.

    It comes first so that whatever saves the model at the end of an epoch saves the new
    count. A user's `CallbackList` is restored when the context ends.
    """
    if isinstance(callbacks, keras.callbacks.CallbackList):
        order.set_model(model)
        callbacks.callbacks.insert(0, order)
        try:
            yield callbacks
        finally:
            callbacks.callbacks.remove(order)
    elif callbacks is None:
        yield [order]
    elif isinstance(callbacks, (list, tuple)):
        yield [order, *callbacks]
    else:
        yield [order, callbacks]
