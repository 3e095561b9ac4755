"""Layers that GANs need and Keras lacks."""

from keras_gan_zoo.layers.basis import Basis2D
from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.bias_activation import BiasActivation
from keras_gan_zoo.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan_zoo.layers.convolution import Conv2D
from keras_gan_zoo.layers.equalized_learning_rate import EqualizedLearningRate
from keras_gan_zoo.layers.fade_in import FadeIn
from keras_gan_zoo.layers.fir_resampling import FIRResampling2D
from keras_gan_zoo.layers.fresh_latents import FreshLatents
from keras_gan_zoo.layers.global_context import GlobalContext
from keras_gan_zoo.layers.global_sum_pooling import GlobalSumPooling2D
from keras_gan_zoo.layers.glu import GLU
from keras_gan_zoo.layers.gradient_reversal import GradientReversal
from keras_gan_zoo.layers.latent_average import LatentAverage
from keras_gan_zoo.layers.layer_normalization import LayerNormalization
from keras_gan_zoo.layers.learned_constant import LearnedConstant
from keras_gan_zoo.layers.linear_attention import LinearAttention
from keras_gan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from keras_gan_zoo.layers.minibatch_standard_deviation import MinibatchStandardDeviation
from keras_gan_zoo.layers.modulated_batch_normalization import (
    ModulatedBatchNormalization,
)
from keras_gan_zoo.layers.modulated_convolution import ModulatedConv2D
from keras_gan_zoo.layers.noise_injection import NoiseInjection
from keras_gan_zoo.layers.orthogonality import Orthogonality
from keras_gan_zoo.layers.pixel_normalization import PixelNormalization
from keras_gan_zoo.layers.reconstruction_error import ReconstructionError
from keras_gan_zoo.layers.self_attention import SelfAttention
from keras_gan_zoo.layers.skip_layer_excitation import SkipLayerExcitation
from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization
from keras_gan_zoo.layers.style_mixing import StyleMixing
from keras_gan_zoo.layers.tabulated_batch_normalization import (
    TabulatedBatchNormalization,
)
from keras_gan_zoo.layers.tap import Tap
from keras_gan_zoo.layers.truncation_shares import TruncationShares
from keras_gan_zoo.layers.weight_clipping import WeightClipping

__all__ = [
    "GLU",
    "Basis2D",
    "BatchNormalization",
    "BiasActivation",
    "ConditionalBatchNormalization",
    "Conv2D",
    "EqualizedLearningRate",
    "FIRResampling2D",
    "FadeIn",
    "FreshLatents",
    "GlobalContext",
    "GlobalSumPooling2D",
    "GradientReversal",
    "LatentAverage",
    "LayerNormalization",
    "LearnedConstant",
    "LinearAttention",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "ModulatedBatchNormalization",
    "ModulatedConv2D",
    "NoiseInjection",
    "Orthogonality",
    "PixelNormalization",
    "ReconstructionError",
    "SelfAttention",
    "SkipLayerExcitation",
    "SpectralNormalization",
    "StyleMixing",
    "TabulatedBatchNormalization",
    "Tap",
    "TruncationShares",
    "WeightClipping",
]
