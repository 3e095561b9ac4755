"""Keras' progress bar, with images a second and the time that is left in all."""

import time
from typing import Any, Self

import keras
from keras import ops

RATE, LEFT = "images/s", "left"


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Keras' progress bar with two more numbers: images a second, and the time left.

    `left` is what remains of all epochs, at the pace since training began; grids of
    samples, scores and backups count in. `images/s` is the pace of the steps alone,
    without the first of an epoch. Other callbacks don't get these two. In `fit` it
    takes the place of Keras' own bar, and `verbose` works as usual.

    Example:

    ```python
    gan.fit(images, epochs=20, callbacks=[kgz.callbacks.ProgressBar()])
    # 313/938 ━━━━━━━━ 9s 15ms/step - d_loss: 0.61 ... - images/s: 4,210 - left: 5:12
    ```
    """

    target: int | None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self._start: float | None = None
        self._images = self._steps = self._timed_steps = 0.0
        self._timed = self._last = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_begin(epoch, logs)
        if self.progbar.stateful_metrics is not None:  # Keras 3.12 averages the others
            self.progbar.stateful_metrics |= {RATE, LEFT}
        self._epoch, self._at = epoch, 0
        self._epoch_steps, self._before = 0, images_seen(self.model)

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        now, done = time.perf_counter(), batch + 1
        if not self._at:
            steps = min(done, self.model.steps_per_execution)
        else:
            steps = done - self._at
            self._timed += now - self._last
            self._timed_steps += steps
        self._at, self._last = done, now
        self._epoch_steps += steps
        if self._start is None:  # what comes before the end of a step is compilation
            self._start = now
            self._images = (images_seen(self.model) - self._before) / steps
        else:
            self._steps += steps
        super().on_train_batch_end(batch, {**(logs or {}), **self._pace(done)})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._epoch_steps:
            seen = images_seen(self.model) - self._before
            self._images = seen / self._epoch_steps
        self.target = self.target or self.seen
        super().on_epoch_end(epoch, {**(logs or {}), **self._pace(self.target)})

    def _pace(self, done):
        """The two numbers after so many steps of this epoch, once they are known."""
        found = {}
        if self._timed_steps:
            rate = self._images * self._timed_steps / max(self._timed, 1e-9)
            found[RATE] = Shown(rate, f"{rate:,.0f}")
        if self.target and self._steps:
            left = (self.epochs - self._epoch) * self.target - done
            seconds = (time.perf_counter() - self._start) * left / self._steps
            found[LEFT] = Shown(seconds, duration(seconds))
        return found


class Shown(float):
    """A number that a progress bar shows by a text of its own.

    Example:

    >>> f"{Shown(4210.3, '4,210') / 1:.4f}"
    '4,210'
    """

    text: str

    def __new__(cls, value: float, text: str) -> Self:
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __truediv__(self, count: float) -> Self:
        return self if count == 1 else super().__truediv__(count)  # type: ignore

    def __format__(self, form: str) -> str:
        return self.text


def images_seen(gan: Any) -> int:
    """How many images a GAN has been trained on."""
    return int(ops.convert_to_numpy(gan.images_seen))


def duration(seconds: float) -> str:
    """Hours, minutes and seconds as a clock shows them, and days.

    Example:

    >>> duration(312), duration(3730), duration(2 * 86400 + 3730)
    ('5:12', '1:02:10', '2 days 1:02:10')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    text = f"{hours}:{minutes:02}" if hours or days else f"{minutes}"
    return f"{days} day{'s' * (days > 1)} " * bool(days) + f"{text}:{rest:02}"
