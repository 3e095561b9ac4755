"""What an iteration has to compute: passes of both networks, and their sizes."""

import numpy as np

from steps.cases import model


def passes(case, shared):
    """Passes of the generator and of the discriminator, of an iteration, on average.

    A penalty costs half as much where it is taken on a pass that is there anyway, and
    1 / n where it is due at every n-th update.
    """
    relativistic = case.loss.startswith("relativistic")
    if "update" in case.settings and shared:
        return 3, 6 if case.loss in ("minimax", "wasserstein") else 7
    discriminator = 6 + sum(
        (3 if shared and term.at else 6) / term.every
        for term in case.discriminator_penalties
    )
    generator = case.critic_steps + 2 + (not shared)
    for term in case.generator_penalties:
        generator += (3 if shared else 6) / term.every
    return generator, case.critic_steps * discriminator + 2 + relativistic


def multiplications(network):
    """Of one image's forward pass, in convolutions, dense layers and attention."""
    return sum(map(_of_layer, network.layers))


def _of_layer(layer):
    if hasattr(layer, "layers") and not isinstance(layer.layers, int):
        return multiplications(layer)
    if hasattr(layer, "theta"):
        return _of_attention(layer)
    inner = getattr(layer, "layer", layer)  # of a spectral normalization
    kernel = getattr(inner, "kernel", None)
    if not hasattr(kernel, "shape"):  # a filter's is fixed numbers
        return 0
    transposed = "Transpose" in type(inner).__name__ or getattr(inner, "upsample", 0)
    first = layer.input[0] if isinstance(layer.input, list) else layer.input
    grid = (first if transposed else layer.output).shape[1:-1]
    return int(np.prod(kernel.shape) * np.prod(grid, dtype=int))


def _of_attention(layer):
    _, rows, columns, channels = layer.input.shape
    places, keys, values = rows * columns, max(1, channels // 8), max(1, channels // 2)
    convolutions = 2 * channels * (keys + values)
    return places * (convolutions + places // 4 * (keys + values))


def arithmetic(case):
    """`(ours, hand-written, ratio)`: the passes as text, and the share of the work."""
    ours, theirs = passes(case, True), passes(case, False)
    gan, _ = model(case, compiled=False)
    sizes = multiplications(gan.generator), multiplications(gan.discriminator)
    return (
        *(f"{g:.3g}g + {d:.3g}d" for g, d in (ours, theirs)),
        np.dot(ours, sizes) / np.dot(theirs, sizes),
    )
