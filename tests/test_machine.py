import os

import pytest

from keras_gan_zoo import machine


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="only Linux can pin a process"
)
def test_cores_are_those_that_the_process_may_use():
    allowed = os.sched_getaffinity(0)
    assert machine.facts()["cpus"] == len(allowed)
    os.sched_setaffinity(0, [min(allowed)])
    try:
        assert machine.facts()["cpus"] == 1
    finally:
        os.sched_setaffinity(0, allowed)
