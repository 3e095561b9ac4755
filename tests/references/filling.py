"""Random weights for a published network and for ours: one rule, no weight file.

A fixture `tests/references/<name>.npz` was made by running the published code on a CPU
with the weights of `draw`: `make_<name>.py` beside it says how. It has the names and
the shapes of its tensors, what went in, and what came out: no weights, and nothing of
the code. A test draws the same weights, renames and turns them into ours by `fill`, and
compares the outputs.
"""

import math
import zlib
from pathlib import Path

import numpy as np

from keras_gan_zoo.conversion import part
from keras_gan_zoo.conversion import port as fill
from keras_gan_zoo.conversion.turns import conv, flat, grid, linear, same

__all__ = ["conv", "fill", "flat", "grid", "linear", "part", "same"]


def weight(name, shape):
    """A tensor of a published network: the same wherever and whenever it is drawn.

    Kernels have about unit gain; vectors are small, variances positive.
    """
    drawn = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
    if name.endswith(("running_var", "running_vars")):
        drawn = 0.5 + np.abs(drawn)
    elif len(shape) > 1:
        drawn = drawn / math.sqrt(math.prod(shape[1:]))
    else:
        drawn = 0.2 * drawn
    return np.asarray(drawn, "float32")


def equalized(name, shape):
    """`weight` for networks with an equalized learning rate: kernels from N(0, 1).

    In StyleGAN's mapping they are 100 times as large.
    """
    drawn = weight(name, shape)
    if len(shape) > 1:
        drawn = drawn * math.sqrt(math.prod(shape[1:]))
        drawn = drawn * (100 if "mapping.fc" in name else 1)
    return np.asarray(drawn, "float32")


def around_one(name, shape):
    """`weight` for deep stacks of batch norm, whose gains are about 1."""
    gain = len(shape) == 1 and name.endswith(".weight")
    return weight(name, shape) + np.float32(gain)


def draw(shapes, one=weight):
    """All tensors of a published network by name, from their shapes, each by `one`.

    Beside a `weight_orig` of torch's spectral norm, `weight_u` and `weight_v` come from
    a few steps of the power iteration, as in a trained network.
    """
    drawn = {name: one(name, shape) for name, shape in shapes.items()}
    for name in drawn:
        if not name.endswith("weight_orig"):
            continue
        stem = name.removesuffix("orig")
        u, kernel = drawn[f"{stem}u"], drawn[name].astype("float64")
        if len(u) != len(kernel):  # of a transposed convolution
            kernel = kernel.swapaxes(0, 1)
        drawn[f"{stem}u"], drawn[f"{stem}v"] = power_iteration(kernel, u)
    return drawn


def power_iteration(kernel, u, steps=5):
    """Approximate singular vectors of a kernel's rows, float32."""
    matrix = kernel.reshape(len(kernel), -1)
    for _ in range(steps):
        v = matrix.T @ u
        v = v / np.linalg.norm(v)
        u = matrix @ v
        u = u / np.linalg.norm(u)
    return u.astype("float32"), v.astype("float32")


def save(path, shapes, **arrays):
    """Write a fixture: shapes by tensor name, then inputs and outputs.

    Names of arrays begin with `in_` or `out_`; images are channels first or last as the
    published code has them.
    """
    names = np.array(list(shapes))
    sizes = np.array([" ".join(map(str, shape)) for shape in shapes.values()])
    np.savez_compressed(path, names=names, sizes=sizes, **arrays)


def read(name, one=weight):
    """A fixture: weights by name, as `one` draws them, and the other arrays."""
    path = Path(__file__).parent / f"{name}.npz"
    with np.load(path) as file:
        arrays = dict(file)
    return draw(_shapes(arrays), one), arrays


def read_shapes(name):
    """What `make_published_shapes.py` wrote: case -> shapes by tensor name."""
    with np.load(Path(__file__).parent / f"{name}.npz") as file:
        found = _shapes(dict(file))
    cases = {}
    for key, shape in found.items():
        case, tensor = key.split(".", 1)
        cases.setdefault(case, {})[tensor] = shape
    return cases


def _shapes(arrays):
    return {
        str(key): tuple(int(number) for number in str(size).split())
        for key, size in zip(arrays.pop("names"), arrays.pop("sizes"), strict=True)
    }


def assert_close(found, expected, tolerance=1e-4):
    """Equal within a share of the largest expected value."""
    np.testing.assert_allclose(
        found, expected, rtol=0, atol=tolerance * np.abs(expected).max()
    )
