"""Random weights for a published network and for ours: one rule, no weight file.

A fixture `tests/references/<name>.npz` was made by running the published code on a CPU
with the weights of `draw`: `make_<name>.py` beside it says how. It has the names and
the shapes of its tensors, what went in, and what came out: no weights, and nothing of
the code. A test draws the same weights, renames and turns them into ours by `fill`, and
compares the outputs.
"""

import math
import re
import zlib
from pathlib import Path

import numpy as np


def weight(name, shape):
    """A tensor of a published network: the same wherever and whenever it is drawn.

    Kernels have about unit gain; vectors are small, variances positive.
    """
    drawn = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
    if name.endswith("running_var"):
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
    shapes = {
        str(key): tuple(int(number) for number in str(size).split())
        for key, size in zip(arrays.pop("names"), arrays.pop("sizes"), strict=True)
    }
    return draw(shapes, one), arrays


def conv(kernel):
    """(out, in, rows, columns) -> (rows, columns, in, out).

    A transposed one's (in, out, rows, columns) becomes (rows, columns, out, in) so too.
    """
    return kernel.transpose(2, 3, 1, 0)


def linear(kernel):
    """(out, in) -> (in, out)."""
    return kernel.T


def same(array):
    return array


def grid(rows, columns):
    """A linear layer's kernel or bias, where its output becomes (c, rows, columns).

    Ours becomes (rows, columns, c).
    """

    def turn(array):
        parts = array.reshape(-1, rows, columns, *array.shape[1:])
        turned = np.moveaxis(parts, 0, 2).reshape(array.shape)
        return turned.T

    return turn


def flat(kernel):
    """A linear layer's kernel on (channels, 4, 4) -> one on (4, 4, channels)."""
    parts = kernel.reshape(len(kernel), -1, 4, 4)
    return parts.transpose(2, 3, 1, 0).reshape(-1, len(kernel))


def part(weights, player):
    """The tensors of one network, whose names begin with `player` and a dot."""
    start = f"{player}."
    return {k.removeprefix(start): w for k, w in weights.items() if k.startswith(start)}


def fill(network, weights, rules, unused=()):
    """Fill all variables of `network` with published weights, and return it.

    Args:
        weights: tensors by their published names.
        rules: `(pattern, path, turn)`: a regular expression that matches the whole of a
            published name, the path of our variable without the network's own name,
            with `\\1` for groups, or a function of the match, and what is done to the
            array.
        unused: patterns of names that have no variable here.

    Raises:
        AssertionError: a tensor or a variable is left over, or used twice.
    """
    ours = {v.path.removeprefix(f"{network.name}/"): v for v in network.variables}
    ours = {path: v for path, v in ours.items() if "seed_generator" not in path}
    filled, left = {}, []
    for name, array in weights.items():
        for pattern, path, turn in rules:
            match = re.fullmatch(pattern, name)
            if match:
                target = path(match) if callable(path) else match.expand(path)
                assert target in ours, f"{name} -> {target}, not in {sorted(ours)}"
                assert target not in filled, f"{name}, {filled[target]} -> {target}"
                turned = turn(array)
                assert turned.shape == tuple(ours[target].shape), f"{name} -> {target}"
                ours[target].assign(turned)
                filled[target] = name
                break
        else:
            if not any(re.fullmatch(pattern, name) for pattern in unused):
                left.append(name)
    missing = sorted(set(ours) - set(filled))
    assert not left, f"left over: {left}; not filled: {missing}"
    assert not missing, f"not filled: {missing}"
    return network


def assert_close(found, expected, tolerance=1e-4):
    """Equal within a share of the largest expected value."""
    np.testing.assert_allclose(
        found, expected, rtol=0, atol=tolerance * np.abs(expected).max()
    )
