"""Progress bars, for people who watch."""

import time
from collections.abc import Callable

import keras


def bar(
    total: int, verbose: bool | int | str, what: str = "image"
) -> Callable[[int], None]:
    """A function of how many items are done, which shows progress and speed."""
    if not verbose:
        return lambda done: None
    shown = keras.utils.Progbar(total, unit_name=what, stateful_metrics=[f"{what}s/s"])
    started = time.perf_counter()

    def show(done):
        rate = done / (time.perf_counter() - started)
        shown.update(done, [(f"{what}s/s", rate)], finalize=done == total)

    return show
