"""Moments of batch norm, computed anew from given inputs."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.backend.keras_internals import all_layers
from keras_gan_zoo.networks.copying import copy_of


def recompute_moments(network: keras.Model, batches: Iterable[Any]) -> None:
    """Set the moving moments of a network's batch norms to those over all batches.

    Each batch passes as in training, so that a layer sees what those before it made of
    this batch. Nothing else of the network changes.

    Args:
        network: Keras model.
        batches: its inputs, batches of the same size.

    Raises:
        ValueError: the network has no batch norm, or can't be copied.
    """
    copy = copy_of(network, "`standing_statistics` needs a copy of the generator")
    copy.trainable = False  # or spectral norm would move too
    kind = keras.layers.BatchNormalization
    norms = [layer for layer in all_layers(copy) if isinstance(layer, kind)]
    if not norms:
        raise ValueError(
            "Standing statistics are those of batch norm, which this network lacks. "
            f"Received: network={network.name}"
        )
    for layer in norms:
        layer.trainable, layer.momentum = True, 0.0  # it keeps the last batch's
    found = []
    for batch in batches:
        copy(batch, training=True)
        moments = [
            [ops.convert_to_numpy(m).astype("float64") for m in pair]
            for pair in ((layer.moving_mean, layer.moving_variance) for layer in norms)
        ]
        found.append(moments)
    for layer, pairs in zip(norms, zip(*found, strict=True), strict=True):
        means, variances = (np.stack(part) for part in zip(*pairs, strict=True))
        layer.moving_mean.assign(means.mean(axis=0))
        layer.moving_variance.assign(variances.mean(axis=0) + means.var(axis=0))
    network.set_weights(copy.get_weights())
