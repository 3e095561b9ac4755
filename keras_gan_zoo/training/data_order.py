"""Keeps the data order a function of the saved `epochs_seen`."""

import contextlib

import keras
from keras import ops


class DataOrder(keras.callbacks.Callback):
    """Tells the batches which epoch is next, and counts it when it is done."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.epoch = int(ops.convert_to_numpy(self.model.epochs_seen))

    def on_epoch_end(self, epoch, logs=None):
        self.model.epochs_seen.assign(self.batches.epoch + 1)


@contextlib.contextmanager
def first_of(callbacks, order, model):
    """The callbacks of a `fit` with `order` before them.

    First, so that whatever saves the model at the end of an epoch saves the new count.
    A user's `CallbackList` is as it was when the context ends.
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
