"""Whether a network without weights has the shapes that were published."""

from types import SimpleNamespace

import numpy as np

from keras_gan_zoo.conversion import port


def without_values(shapes):
    """Arrays of these shapes, without memory of their own."""
    return {n: np.broadcast_to(np.float32(0), shape) for n, shape in shapes.items()}


def check_shapes(network, weights, rules, unused=()):
    """`port`, with nothing assigned."""
    variables = [
        SimpleNamespace(path=v.path, shape=v.shape, assign=lambda array: None)
        for v in network.variables
    ]
    made = SimpleNamespace(name=network.name, variables=variables)
    port(made, weights, rules, unused)
