import numbers
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class FadeIn(keras.layers.Layer):
    """From an old input to a new one in training: `(1 - alpha) old + alpha new`.

    `alpha` is 0 for the first `start` images of training, then rises to 1 along a
    straight line (Karras et al. 2018, figure 2). It never falls, so that a network that
    has grown stays so when it is trained anew. arXiv:1710.10196.

    A generator with such layers grows: each is the doubling of an image, and real
    images are shown to the discriminator as coarse as generated ones are by then.

    Args:
        start: a number, images of training before `alpha` rises.
        images: a number, images of training while it does.
        **kwargs: those of `keras.layers.Layer`.

    Input and output shapes: all the same.

    Example:

    >>> import numpy as np
    >>> layer, zeros, ones = FadeIn(100, 50), np.zeros((1, 2)), np.ones((1, 2))
    >>> float(layer(zeros, ones)[0, 0])
    0.0
    >>> layer.begin(125)
    >>> float(layer(zeros, ones)[0, 0])
    0.5
    """

    def __init__(self, start: float, images: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, value, least in (("start", start, 0), ("images", images, 1)):
            if not isinstance(value, numbers.Real) or not value >= least:
                raise ValueError(
                    f"`{name}` must be a number of images, {least} or more. "
                    f"Received: {name}={value!r}"
                )
        self.start, self.images = start, images

    def build(self, old_shape: tuple, new_shape: tuple) -> None:
        if tuple(old_shape)[1:] != tuple(new_shape)[1:]:
            raise ValueError(
                "`FadeIn` takes two inputs of the same shape. Received: shapes "
                f"{tuple(old_shape)} and {tuple(new_shape)}"
            )
        self.alpha = self.add_weight(
            (),
            "zeros",
            trainable=False,
            autocast=False,
            aggregation="mean",
            name="alpha",
        )

    def call(self, old: Tensor, new: Tensor) -> Tensor:
        alpha = ops.cast(self.alpha, new.dtype)
        return (1.0 - alpha) * old + alpha * new

    def begin(self, images_seen: Tensor) -> None:
        """Follow the images seen; called before each iteration of `fit`."""
        risen = (ops.cast(images_seen, "float32") - self.start) / self.images
        self.alpha.assign(ops.minimum(ops.maximum(risen, self.alpha), 1.0))

    def compute_output_shape(self, old_shape: tuple, new_shape: tuple) -> tuple:
        return new_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "start": self.start, "images": self.images}
