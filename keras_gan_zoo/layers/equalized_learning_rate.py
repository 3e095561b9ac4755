import math
from typing import Any

import keras
from keras import initializers, layers, ops

from keras_gan_zoo.backend.keras_internals import kernel_attribute
from keras_gan_zoo.layers.kernels import TRANSPOSED, fan_in, initializer_attribute
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable(package="keras_gan_zoo")
class EqualizedLearningRate(layers.Wrapper):
    """A layer whose kernel is scaled when it is used, not when it is drawn.

    The kernel is drawn from N(0, 1) and multiplied by `gain / sqrt(fan_in)` in each
    forward pass. An optimizer that divides by the size of the gradients, such as Adam,
    then moves all layers at the same speed (Karras et al. 2018, section 4.1).
    arXiv:1710.10196.

    With a `multiplier` m, kernel and bias are multiplied by m as well, and the kernel
    is drawn from N(0, 1 / m^2): the layer starts as it would without, and learns m
    times as fast, as StyleGAN's mapping does with 0.01.

    Args:
        layer: a Dense, convolution (also a depthwise one) or Embedding; the fan-in of
            the latter is its number of rows, as if it were a Dense layer of one-hot
            rows.
        gain: float. sqrt(2) of He et al. 2015 in progressive GAN; 1 in StyleGAN2, whose
            activations have the gain.
        multiplier: float, of the learning rate.
        **kwargs: those of `keras.layers.Layer`.

    Example:

    >>> import numpy as np
    >>> layer = EqualizedLearningRate(keras.layers.Dense(3))
    >>> tuple(layer(np.ones((2, 4), "float32")).shape)
    (2, 3)
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        gain: float = 1.0,
        multiplier: float = 1.0,
        **kwargs: Any,
    ) -> None:
        if not multiplier > 0:
            raise ValueError(
                "`multiplier` must be above 0, for example 0.01. "
                f"Received: multiplier={multiplier}"
            )
        super().__init__(layer, **kwargs)
        self.gain = gain
        self.multiplier = multiplier
        self.autocast = False  # the kernel is scaled in float32
        if not layer.built:
            normal = initializers.RandomNormal(stddev=1.0 / multiplier)
            setattr(layer, initializer_attribute(layer), normal)

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        name = kernel_attribute(self.layer)
        if name is None or isinstance(self.layer, TRANSPOSED):
            raise ValueError(
                "`EqualizedLearningRate` must wrap a layer with a kernel or "
                "embeddings, such as Dense, Conv2D or Embedding. "
                f"Received: layer={self.layer}"
            )
        inputs = fan_in(self.layer, tuple(vars(self.layer)[name].shape))
        self._scales = {name: self.multiplier * self.gain / math.sqrt(inputs)}
        if self.multiplier != 1.0 and vars(self.layer).get("bias") is not None:
            self._scales["bias"] = self.multiplier

    def call(self, inputs: Tensor) -> Tensor:
        attributes: Any = vars(self.layer)
        stored = {name: attributes[name] for name in self._scales}
        for name, scale in self._scales.items():
            scaled = ops.cast(stored[name], "float32") * scale
            attributes[name] = ops.cast(scaled, self.layer.compute_dtype)
        try:
            return self.layer(inputs)
        finally:
            attributes.update(stored)

    def compute_output_shape(self, input_shape: tuple) -> tuple[Any, ...]:
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "gain": self.gain,
            "multiplier": self.multiplier,
        }
