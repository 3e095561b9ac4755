from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

GROUPINGS = ("strided", "consecutive")


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class MinibatchStandardDeviation(keras.layers.Layer):
    """Appends channels that say how much the images of a group differ.

    The standard deviation of each feature at each place over the images of a group, its
    mean over features and places, and that as one more channel (Karras et al. 2018,
    section 3). arXiv:1710.10196.

    A batch smaller than a group, or not a multiple of it, is one group.

    Args:
        group_size: int, images in a group; None: a batch is one group.
        grouping: `"strided"`: in a batch of n images every (n / group_size)-th one is
            in the same group, and the variance is that of the group, as in NVIDIA's
            code; `"consecutive"`: neighbours are in a group, and the variance is the
            unbiased estimate, as in Facebook's.
        features: int, channels to append, each for an equal share of the channels.
        epsilon: float, added to the variance.
        **kwargs: those of `keras.layers.Layer`.

    Input shape: `(n, height, width, channels)`. Output shape: `(n, height, width,
    channels + features)`.

    Example:

    >>> import numpy as np
    >>> layer = MinibatchStandardDeviation(group_size=4)
    >>> tuple(layer(np.ones((8, 4, 4, 3), "float32")).shape)
    (8, 4, 4, 4)
    """

    def __init__(
        self,
        group_size: int | None = 4,
        grouping: str = "strided",
        features: int = 1,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if grouping not in GROUPINGS:
            raise ValueError(
                f"`grouping` must be one of {GROUPINGS}. Received: grouping={grouping}"
            )
        if group_size is not None and not group_size >= 1:
            raise ValueError(
                "`group_size` must be a number of images, 1 or more, or None for a "
                f"whole batch. Received: group_size={group_size!r}"
            )
        self.group_size = group_size
        self.grouping = grouping
        self.features = features
        self.epsilon = epsilon

    def call(self, inputs: Tensor) -> Tensor:
        _, height, width, channels = inputs.shape
        n = ops.shape(inputs)[0]
        group, groups = self._sizes(n)
        strided = self.grouping == "strided"
        axis = 0 if strided else 1  # where the images of a group are
        parts = (self.features, channels // self.features)
        shape = (group, groups) if strided else (groups, group)
        x = ops.cast(inputs, "float32")
        x = ops.reshape(x, (*shape, height * width, *parts))
        variance = ops.sum(
            ops.square(x - ops.mean(x, axis=axis, keepdims=True)), axis=axis
        )
        count = ops.cast(group if strided else ops.maximum(group - 1, 1), "float32")
        deviation = ops.sqrt(variance / count + self.epsilon)
        found = ops.mean(deviation, axis=(1, 3))  # (groups, features)
        found = ops.tile(found, (group, 1)) if strided else ops.repeat(found, group, 0)
        found = ops.reshape(found, (n, 1, 1, self.features))
        found = ops.broadcast_to(found, (n, height, width, self.features))
        return ops.concatenate([inputs, ops.cast(found, inputs.dtype)], axis=-1)

    def _sizes(self, n):
        """Images in a group, and groups: numbers, or tensors if `n` is one."""
        if self.group_size is None:
            return n, 1
        if isinstance(n, int):
            group = self.group_size if n % self.group_size == 0 else n
            return group, n // max(group, 1)
        whole = ops.equal(n % self.group_size, 0)
        group = ops.where(whole, self.group_size, n)
        return group, n // ops.maximum(group, 1)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "group_size": self.group_size,
            "grouping": self.grouping,
            "features": self.features,
            "epsilon": self.epsilon,
        }
