"""Fills a network with the tensors of another one, by rules that leave nothing out."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.conversion.turns import Turn, directions, linear, same

#: `(pattern, path, turn)`: a regular expression that matches the whole of a published
#: name; the path of our variable without the network's own name, with `\\1` for groups,
#: or a function of the match; and what is done to the array.
Path = str | Callable[[re.Match], str]
Rule = tuple[str, Path, Turn]

SHOWN = 8  # names in a message
PLAYERS = "generator|ema_generator|discriminator"  # what a GAN puts before paths


def port(
    network: keras.Model,
    weights: Mapping[str, Any],
    rules: Iterable[Rule],
    unused: Iterable[str] = (),
) -> keras.Model:
    """Fill all variables of `network` with published weights, and return it.

    Args:
        network: a built `keras.Model`.
        weights: arrays, or what `numpy.asarray` makes arrays of, by published names.
            Each is read once, when its turn comes.
        rules: for each name the first one that matches holds.
        unused: patterns of names that have no variable here.

    Raises:
        ValueError: a tensor or a variable is left over, is used twice, or has another
            shape; nothing is filled then but what was before it.
    """
    begin = rf"({re.escape(network.name)}|{PLAYERS})/"
    ours = {re.sub(f"^{begin}", "", v.path): v for v in network.variables}
    ours = {path: v for path, v in ours.items() if "seed_generator" not in path}
    targets: dict[str, tuple[str, Turn]] = {}
    left = []
    rules, unused = tuple(rules), tuple(unused)
    for name in weights:
        found = _target(name, rules)
        if found is None:
            if not any(re.fullmatch(pattern, name) for pattern in unused):
                left.append(name)
            continue
        path, turn = found
        if path in targets:
            raise ValueError(
                f"Two tensors are for `{path}` of the {network.name}: "
                f"`{targets[path][0]}` and `{name}`"
            )
        targets[path] = name, turn
    unknown = [
        f"{name} (for {path})"
        for path, (name, _) in targets.items()
        if path not in ours
    ]
    missing = sorted(set(ours) - set(targets))
    if left or unknown or missing:
        raise ValueError(
            f"The weights are not those of this {network.name}. Only in the file: "
            f"{_some([*left, *unknown])}. Only in the network: {_some(missing)}"
        )
    for path, (name, turn) in targets.items():
        _assign(ours[path], path, name, weights[name], turn)
    return network


def part(weights: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The tensors of one network, whose names begin with `prefix` and a dot."""
    start = f"{prefix}."
    return {k.removeprefix(start): w for k, w in weights.items() if k.startswith(start)}


def layer(
    published: str,
    ours: Path,
    spectral: bool,
    turn: Turn = linear,
    size: int = 0,
    kernel: str = "kernel",
    output: Turn = same,
) -> list[Rule]:
    """A layer with kernel and bias, under spectral norm or not.

    Args:
        published: a pattern.
        ours: the layer's name, or a function of the match.
        spectral: bool.
        turn: of the kernel.
        size: int, rows of a convolution's kernel; 0 for other layers.
        kernel: str, the name of its variable here.
        output: what is done to the order of the outputs.
    """
    if not spectral:
        return [
            (rf"{published}\.weight", under(ours, kernel), turn),
            (rf"{published}\.bias", under(ours, "bias"), output),
        ]
    over = directions(size) if size else same
    return [
        (rf"{published}\.weight_orig", inside(ours, kernel), turn),
        (rf"{published}\.bias", inside(ours, "bias"), output),
        (rf"{published}\.weight_u", under(ours, "u"), output),
        (rf"{published}\.weight_v", under(ours, "v"), over),
    ]


def batch_norm(published: str, ours: Path) -> list[Rule]:
    """Rules for torch's batch norm, with gains and biases or without."""
    names = {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
    return [(rf"{published}\.{k}", under(ours, v), same) for k, v in names.items()]


def under(ours: Path, name: str) -> Path:
    """The path of a variable in a layer."""
    return (lambda m: f"{ours(m)}/{name}") if callable(ours) else f"{ours}/{name}"


def inside(ours: Path, name: str) -> Path:
    """The path of a variable in a wrapped layer, which has its wrapper's name."""
    if not callable(ours):
        return f"{ours}/{ours.split('/')[-1]}/{name}"
    return lambda m: f"{ours(m)}/{ours(m).split('/')[-1]}/{name}"


def numbered(weights: Mapping[str, Any], pattern: str) -> dict[int, Any]:
    """The tensors whose names match, by the number in the pattern's group, in order."""
    matches = (
        (re.fullmatch(pattern, name), tensor) for name, tensor in weights.items()
    )
    found = {int(match[1]): tensor for match, tensor in matches if match}
    return dict(sorted(found.items()))


def _target(name, rules):
    for pattern, path, turn in rules:
        match = re.fullmatch(pattern, name)
        if match:
            return (path(match) if callable(path) else match.expand(path)), turn
    return None


def _assign(variable, path, name, tensor, turn):
    array = np.asarray(tensor)
    try:
        turned = turn(array)
    except ValueError:  # no such axes
        turned = array
    if turned.shape != tuple(variable.shape):
        raise ValueError(
            f"The weights are not those of this network. In the file: `{name}`, "
            f"{array.shape}. In the network: `{path}`, {tuple(variable.shape)}"
        )
    variable.assign(turned)


def _some(names):
    if not names:
        return "nothing"
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
