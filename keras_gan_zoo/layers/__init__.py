"""Layers that GANs need and Keras lacks."""

from keras_gan_zoo.layers.gradient_reversal import GradientReversal
from keras_gan_zoo.layers.layer_normalization import LayerNormalization
from keras_gan_zoo.layers.tap import Tap
from keras_gan_zoo.layers.weight_clipping import WeightClipping

__all__ = ["GradientReversal", "LayerNormalization", "Tap", "WeightClipping"]
