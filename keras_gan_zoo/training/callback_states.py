"""What callbacks know of the epochs before, which a resumed run needs too."""

import collections
import json
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

#: the attributes of Keras' own that say what was seen so far
KEPT = {
    keras.callbacks.EarlyStopping: ("best", "best_epoch", "wait", "best_weights"),
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: (
        *("best", "_batches_seen_since_last_saving", "_last_batch_seen"),
    ),
}
Arrays = dict[str, list[np.ndarray]]


def collect(callbacks: Sequence[Any]) -> tuple[dict[str, Any], Arrays]:
    """The states of callbacks by their class and number, for JSON, and their arrays.

    These are Keras' own, and any with a `get_state()`, whose result is a dict that is
    ready for JSON, and `set_state(state)`.
    """
    states: dict[str, Any] = {}
    arrays: Arrays = {}
    for name, callback in _named(callbacks):
        if hasattr(callback, "get_state"):
            states[name] = callback.get_state()
        for key in _attributes(callback):
            value = getattr(callback, key, None)
            if isinstance(value, list):
                arrays[f"{name}.{key}"] = value
            else:
                states.setdefault(name, {})[key] = _plain(value)
    return states, arrays


def give_back(callbacks: Sequence[Any], states: dict[str, Any], arrays: Arrays) -> None:
    """Have callbacks know what those of the run before knew."""
    for name, callback in _named(callbacks):
        if name in states and hasattr(callback, "set_state"):
            callback.set_state(states[name])
            continue
        for key in _attributes(callback):
            if f"{name}.{key}" in arrays:
                setattr(callback, key, arrays[f"{name}.{key}"])
            elif key in states.get(name, {}):
                setattr(callback, key, states[name][key])


def _named(callbacks: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    seen: collections.Counter = collections.Counter()
    for callback in callbacks:
        kind = type(callback).__name__
        yield f"{kind} {seen[kind]}", callback
        seen[kind] += 1


def _attributes(callback: Any) -> tuple[str, ...]:
    return next((keys for kind, keys in KEPT.items() if isinstance(callback, kind)), ())


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))
