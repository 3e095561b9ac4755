"""What every contender returns."""

import time
from typing import NamedTuple


class Contender(NamedTuple):
    """`run(steps)` takes so many steps and returns the seconds.

    `traces` is a list that grows by one each time that a step is traced.
    """

    run: object
    traces: list


def loop(step, finish, traces):
    """A contender that calls `step(i)`, i counting from 0 for ever, and then `finish`
    on what the last one returned."""
    done = [0]

    def run(steps):
        start = time.perf_counter()
        for i in range(done[0], done[0] + steps):
            found = step(i)
        finish(found)
        done[0] += steps
        return time.perf_counter() - start

    return Contender(run, traces)
