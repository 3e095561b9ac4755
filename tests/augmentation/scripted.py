"""Random numbers that a test chooses."""

import numpy as np
from keras import ops


class Scripted:
    """A `draw` that gives each image the same chosen numbers, then noise of ones.

    Args:
        uniform: list of numbers or of arrays `(n,)`, one for each column.
        normal: likewise.
    """

    def __init__(self, uniform=(), normal=()):
        self.columns = {"uniform": uniform, "normal": normal}

    def __call__(self, shape, distribution):
        shape = tuple(int(size) for size in shape)
        if len(shape) == 4:
            return ops.ones(shape)
        columns = [np.broadcast_to(c, shape[:1]) for c in self.columns[distribution]]
        assert len(columns) == shape[1], (distribution, shape)
        return ops.convert_to_tensor(np.stack(columns, axis=1).astype("float32"))


class Seeded:
    """A `draw` from a seed, the same on every backend."""

    def __init__(self, seed=0):
        self.rng = np.random.RandomState(seed)

    def __call__(self, shape, distribution):
        shape = tuple(int(size) for size in shape)
        drawn = {"uniform": self.rng.random_sample, "normal": self.rng.standard_normal}
        return ops.convert_to_tensor(drawn[distribution](shape).astype("float32"))
