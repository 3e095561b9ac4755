"""How tensors of residual networks in torch become ours, for `filling.fill`."""

import numpy as np
from references.filling import conv, linear, power_iteration, same

from keras_gan_zoo.conversion.turns import directions


def plain(published, ours, turn=conv, turn_bias=same):
    """A layer with kernel and bias; `ours` is a function of the match, or a str."""
    return [
        (published + r"\.weight", _under(ours, "kernel"), turn),
        (published + r"\.bias", _under(ours, "bias"), turn_bias),
    ]


def spectral(published, ours, size=None, turn=None, kernel="kernel", turn_bias=same):
    """A layer under spectral norm: a convolution of `size`, or linear."""
    turn = turn or (linear if size is None else conv)
    return [
        (published + r"\.weight_orig", _inside(ours, kernel), turn),
        (published + r"\.bias", _inside(ours, "bias"), turn_bias),
        (published + r"\.weight_u", _under(ours, "u"), same),
        (
            published + r"\.weight_v",
            _under(ours, "v"),
            same if size is None else directions(size),
        ),
    ]


def norm(published, ours):
    """Batch norm."""
    names = {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
    return [(rf"{published}\.{k}", _under(ours, v), same) for k, v in names.items()]


def conditional_norm(published, ours):
    """Conditional batch norm, its tables as `gain` and `bias` (classes, channels)."""
    names = {
        r"bn\.running_mean": "moving_mean",
        r"bn\.running_var": "moving_variance",
        "gain": "gain",
        "bias": "bias",
    }
    return [(rf"{published}\.{k}", _under(ours, v), same) for k, v in names.items()]


def own_power_step(weights):
    """mimicry's own spectral norm (`weight`, `sn_u`) as torch's.

    In evaluation it takes a step from `sn_u` too.
    """
    turned = dict(weights)
    for name, u in weights.items():
        if name.endswith(".sn_u"):
            layer = name.removesuffix(".sn_u")
            kernel = turned.pop(f"{layer}.weight")
            turned[f"{layer}.weight_orig"] = kernel
            u, v = power_iteration(kernel.astype("float64"), u[0], steps=1)
            turned[f"{layer}.weight_u"], turned[f"{layer}.weight_v"] = u, v
            del turned[name], turned[f"{layer}.sn_sigma"]
    return turned


def halves(weights):
    """mimicry's tables of conditional batch norm, [gain | bias], as two."""
    turned = {}
    for name, array in weights.items():
        if name.endswith(".embed.weight"):
            norm = name.removesuffix(".embed.weight")
            turned[f"{norm}.gain"], turned[f"{norm}.bias"] = np.split(array, 2, axis=1)
        else:
            turned[name] = array
    return turned


def _under(ours, name):
    return (lambda m: f"{ours(m)}/{name}") if callable(ours) else f"{ours}/{name}"


def _inside(ours, name):
    """In a wrapped layer, which has its wrapper's name."""
    if callable(ours):
        return lambda m: f"{ours(m)}/{ours(m)}/{name}"
    return f"{ours}/{ours}/{name}"
