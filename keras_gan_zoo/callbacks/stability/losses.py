"""The losses of single steps, from the averages that Keras shows."""

from collections import deque
from typing import Any

import keras
import numpy as np

NAMES = ("d_loss", "g_loss")


class StepLosses:
    """Takes the running means in a batch's logs apart, for the last `size` steps.

    Example:

    >>> losses = StepLosses(size=8)
    >>> losses.begin()
    >>> for batch, mean in enumerate([3.0, 2.0]):  # of 3 and 1
    ...     losses.add(batch, {"d_loss": mean, "g_loss": mean})
    >>> losses.last("d_loss").tolist()
    [3.0, 1.0]
    """

    def __init__(self, size: int) -> None:
        self._last = {name: deque[float](maxlen=size) for name in NAMES}
        self.begin()

    def begin(self, done: int = 0) -> None:
        """The means start anew, after `done` batches of the epoch."""
        self._start = self._count = done
        self._means = dict.fromkeys(NAMES, 0.0)

    def clear(self) -> None:
        for kept in self._last.values():
            kept.clear()

    def add(self, batch: int, logs: dict[str, Any]) -> None:
        """Add the logs of a batch, the `batch`-th of its epoch from 0."""
        before, now = self._count - self._start, batch + 1 - self._start
        for name, kept in self._last.items():
            mean = float(logs[name])
            kept.append((mean * now - self._means[name] * before) / (now - before))
            self._means[name] = mean
        self._count = batch + 1

    def get_state(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        last = {name: list(kept) for name, kept in self._last.items()}
        place = self._start, self._count
        return {"last": last, "means": self._means, "place": place}

    def set_state(self, state: dict[str, Any]) -> None:
        """What `get_state` gave."""
        self._start, self._count = state["place"]
        self._means = dict(state["means"])
        for name, values in state["last"].items():
            self._last[name].clear()
            self._last[name].extend(values)

    def last(self, name: str, steps: int | None = None) -> np.ndarray:
        """The values of the last `steps` steps, or of all that are kept."""
        return np.array(self._last[name])[-steps if steps else None :]


def level_at_chance(objective: Any) -> float | None:
    """A loss of a discriminator whose logits are all 0; None if it can fall below 0.

    None as well for a loss that reads more than logits.
    """
    zeros, far = np.zeros((2, 1), "float32"), np.full((2, 1), 50.0, "float32")

    def loss(real, fake):
        given = [keras.ops.convert_to_tensor(x) for x in (real, fake)]
        return float(keras.ops.convert_to_numpy(objective.discriminator_loss(*given)))

    try:
        with keras.StatelessScope():  # it may draw numbers
            level, lowest = loss(zeros, zeros), min(loss(far, -far), loss(-far, far))
    except (NotImplementedError, TypeError, ValueError):
        return None
    return level if level > 0 and lowest >= 0 else None
