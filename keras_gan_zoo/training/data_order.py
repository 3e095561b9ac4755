"""Makes the order of the data a function of the saved `seed` and `epochs_seen`."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.backend.keras_internals import forget_initial_epoch
from keras_gan_zoo.training import monitoring, resuming
from keras_gan_zoo.training.batches import ImageBatches
from keras_gan_zoo.training.interruption import Interruption
from keras_gan_zoo.training.replicas import WRITERS, begin_alike, is_first
from keras_gan_zoo.typing import Tensor

ONE_SHOT = (
    "A generator can't be rewound: the resumed run goes on with its next batches, "
    "whatever an earlier one took from it, and is not to the bit what an uninterrupted "
    "one would have been. An array, a folder, a PyDataset, a tf.data.Dataset or a "
    "DataLoader can be. Received: `x`, a generator"
)


class DataOrder(keras.callbacks.Callback):
    """Tells the batches which epoch is next, and counts epochs as they end.

    Args:
        batches: `ImageBatches`.
        initial_epoch: int, the one of `fit`.
    """

    def __init__(self, batches: ImageBatches, initial_epoch: int = 0) -> None:
        super().__init__()
        self.batches = batches
        self.initial_epoch = initial_epoch
        self._begun = False
        self._resumed: tuple[int, int] | None = None

    def begin_at(self, epoch: int, steps: int) -> None:
        """Have `fit` go on with an epoch after so many of its steps."""
        self._resumed = epoch, steps

    def on_epoch_begin(self, epoch: int, logs: dict[str, Tensor] | None = None) -> None:
        batches = self.batches
        if not self._begun:
            begin_alike(self.model, epoch, self._resumed[1] if self._resumed else 0)
            self._begun = True
        batches.epoch = int(ops.convert_to_numpy(self.model.epochs_seen))
        batches.first = 0
        if batches.seed is not None:
            batches.seed = self.model.seed  # a backup may have brought another
        if self._resumed is None:
            return
        _, batches.first = self._resumed
        self._resumed = None
        whole = epoch - self.initial_epoch
        batches.done = whole * (batches.num_batches or 0) + batches.first
        if batches.one_shot and batches.done:
            warnings.warn(ONE_SHOT, stacklevel=2)
        if batches.first and logs is not None:
            logs["resumed_at"] = batches.first

    def on_epoch_end(self, epoch: int, logs: dict[str, Tensor] | None = None) -> None:
        self.model.epochs_seen.assign(self.batches.epoch + 1)


@contextlib.contextmanager
def first_of(callbacks: Any, order: DataOrder, model: Any) -> Iterator[Any]:
    """The callbacks of a `fit`, preceded by `order`, and followed by their backups.

    `order` comes first so that whatever saves the model at the end of an epoch saves
    the new count. After it comes what puts both learning rates in the logs, if a
    callback is about them. Backups come last, so that they know what all others have
    seen. A callback with a method `set_batches` is given the batches. A user's
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
    every = list(map(resuming.safe, given))
    backups = [one for one in every if isinstance(one, resuming.BackupAndRestore)]
    others = [one for one in every if one not in backups]
    here = [one for one in others if is_first() or not isinstance(one, WRITERS)]
    try:
        with _interruptible(backups, order, others):
            if not is_list:
                yield [*first, *here, *backups]
                return
            for one in first:
                one.set_model(model)
            callbacks.callbacks = [*first, *here, *backups]
            try:
                yield callbacks
            finally:
                callbacks.callbacks = given
    finally:
        forget_initial_epoch(model)


@contextlib.contextmanager
def _interruptible(backups, order, others):
    """Have backups know their `fit`, and signals end it after a step."""
    if not backups:
        yield
        return
    own: dict[str, Any] = {"order": order, "others": others}
    with Interruption() as own["interruption"]:
        for one in backups:
            vars(one).update(own)
        try:
            yield
        except KeyboardInterrupt as error:
            if error.args or not hasattr(backups[0], "_place"):
                raise
            raise KeyboardInterrupt(backups[0].text()) from None
        finally:
            for one in backups:
                for name in own:
                    del vars(one)[name]
