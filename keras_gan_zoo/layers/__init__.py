"""Layers that GANs need and Keras lacks."""

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan_zoo.layers.global_sum_pooling import GlobalSumPooling2D
from keras_gan_zoo.layers.gradient_reversal import GradientReversal
from keras_gan_zoo.layers.layer_normalization import LayerNormalization
from keras_gan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from keras_gan_zoo.layers.modulated_batch_normalization import (
    ModulatedBatchNormalization,
)
from keras_gan_zoo.layers.orthogonality import Orthogonality
from keras_gan_zoo.layers.self_attention import SelfAttention
from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization
from keras_gan_zoo.layers.tap import Tap
from keras_gan_zoo.layers.weight_clipping import WeightClipping

__all__ = [
    "BatchNormalization",
    "ConditionalBatchNormalization",
    "GlobalSumPooling2D",
    "GradientReversal",
    "LayerNormalization",
    "MinibatchDiscrimination",
    "ModulatedBatchNormalization",
    "Orthogonality",
    "SelfAttention",
    "SpectralNormalization",
    "Tap",
    "WeightClipping",
]
