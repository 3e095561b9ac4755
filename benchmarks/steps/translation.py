"""A functional Keras model as a PyTorch module: the same layers, the same weights.

The module is channels first and made of torch's own layers where there are some. Of
the graph it keeps the order of the layers and who reads whose output; there is no Keras
in its forward pass. What it does not know it refuses.
"""

import keras
import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from steps import torch_layers as ours


class Translated(nn.Module):
    """Call it with tensors in the order of the model's inputs, labels last."""

    def __init__(self, model):
        super().__init__()
        inputs = sorted(model.inputs, key=lambda tensor: tensor.name == "labels")
        self.inputs = [id(tensor) for tensor in inputs]
        (self.output,) = [id(tensor) for tensor in model.outputs]
        self.parts, self.graph = nn.ModuleList(), []
        known = {}
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                layer = node.operation
                if id(layer) not in known:  # a layer may be called twice
                    known[id(layer)] = len(self.parts)
                    self.parts.append(translate(layer))
                sources = [id(tensor) for tensor in node.input_tensors]
                targets = [id(tensor) for tensor in node.outputs]
                self.graph.append((known[id(layer)], sources, targets))

    def forward(self, *inputs):
        values = dict(zip(self.inputs, inputs, strict=True))
        for part, sources, targets in self.graph:
            found = self.parts[part](*[values[source] for source in sources])
            found = found if isinstance(found, (tuple, list)) else (found,)
            values.update(zip(targets, found, strict=True))
        return values[self.output]


def translate(layer):
    """A torch module for a layer or an operation of a Keras graph."""
    if isinstance(layer, keras.Model):
        return Translated(layer)
    name = type(layer).__name__
    if name not in TRANSLATIONS:
        raise NotImplementedError(f"No torch module for {name}, {layer.name!r}")
    return TRANSLATIONS[name](layer)


def tensor(variable, *axes):
    """A copy of a Keras variable, with its axes in another order."""
    array = keras.ops.convert_to_numpy(variable)
    return torch.tensor(np.ascontiguousarray(array.transpose(axes) if axes else array))


def parameter(variable, *axes):
    return nn.Parameter(tensor(variable, *axes))


def filled(module, weight, bias=None):
    module.weight.data = weight
    if bias is not None:
        module.bias.data = tensor(bias)
    return module


# === Layers of Keras ===


def convolution(layer):
    _, _, channels, width = layer.kernel.shape
    same = layer.padding == "same"
    if same and (set(layer.strides) != {1} or layer.kernel_size[0] % 2 == 0):
        raise NotImplementedError(f"{layer.name}: torch has no such padding")
    module = nn.Conv2d(
        channels * layer.groups,
        width,
        layer.kernel_size,
        layer.strides,
        [size // 2 if same else 0 for size in layer.kernel_size],
        groups=layer.groups,
        bias=layer.use_bias,
    )
    return filled(module, tensor(layer.kernel, 3, 2, 0, 1), layer.bias)


def depthwise(layer):
    _, _, channels, _ = layer.kernel.shape
    module = nn.Conv2d(
        channels, channels, layer.kernel_size, groups=channels, bias=layer.use_bias
    )
    return filled(module, tensor(layer.kernel, 2, 3, 0, 1), layer.bias)


def dense(layer):
    module = nn.Linear(*layer.kernel.shape, bias=layer.use_bias)
    return filled(module, tensor(layer.kernel, 1, 0), layer.bias)


def embedding(layer):
    table = tensor(layer.embeddings)
    return filled(nn.Embedding(*table.shape), table)


def batch_norm(layer):
    (channels,) = layer.moving_mean.shape
    flat = _rank(layer) == 2
    module = (nn.BatchNorm1d if flat else nn.BatchNorm2d)(
        channels, layer.epsilon, 1 - layer.momentum, affine=layer.scale
    )
    if layer.scale:
        filled(module, tensor(layer.gamma), layer.beta)
    module.running_mean = tensor(layer.moving_mean)
    module.running_var = tensor(layer.moving_variance)
    return module


def _rank(layer):
    first = layer.input[0] if isinstance(layer.input, list) else layer.input
    return len(first.shape)


def reshape(layer):
    if len(layer.target_shape) != 3:
        return ours.Apply(lambda x: x.reshape(len(x), *layer.target_shape))
    return ours.Apply(
        lambda x: x.unflatten(1, layer.target_shape).permute(0, 3, 1, 2).contiguous()
    )


def flatten(layer):
    if _rank(layer) == 4:
        return ours.Apply(lambda x: x.permute(0, 2, 3, 1).flatten(1))
    return nn.Flatten()


def activation(layer):
    name = layer.activation.__name__
    return nn.Identity() if name == "linear" else ours.Apply(getattr(torch, name))


def mean_pool(layer):
    return nn.AvgPool2d(layer.pool_size, ceil_mode=True, count_include_pad=False)


def upsampling(layer):
    return nn.Upsample(scale_factor=layer.size[0], mode=layer.interpolation)


# === Layers of ours ===


def spectral(layer):
    inner = parametrizations.spectral_norm(translate(layer.layer), eps=layer.epsilon)
    norm = inner.parametrizations.weight[0]
    norm._u.data, norm._v.data = tensor(layer.u), _torch_order(layer)
    return inner


def _torch_order(layer):
    """v has one number for each row of our kernel; torch's are in another order."""
    kernel = getattr(layer.layer, "kernel", None)
    v = tensor(layer.v)
    if kernel is None or len(kernel.shape) != 4:
        return v
    return v.reshape(*kernel.shape[:3]).permute(2, 0, 1).reshape(-1)


def equalized(layer):
    inner = translate(layer.layer)
    fan_in = np.prod(inner.weight.shape[1:])
    if isinstance(inner, nn.Embedding):
        fan_in = len(inner.weight)
    scale = float(layer.multiplier * layer.gain / np.sqrt(fan_in))
    parametrize.register_parametrization(inner, "weight", ours.Scale(scale))
    if layer.multiplier != 1 and getattr(inner, "bias", None) is not None:
        parametrize.register_parametrization(
            inner, "bias", ours.Scale(layer.multiplier)
        )
    return inner


def conditional_batch_norm(layer):
    gain, bias = (tensor(table) for table in (layer.gain, layer.bias))
    tables = [filled(nn.Embedding(*table.shape), table) for table in (gain, bias)]
    return ours.ConditionalBatchNorm(batch_norm(layer), *tables)


def attention(layer):
    parts = [translate(part) for part in (layer.theta, layer.phi, layer.g, layer.o)]
    return ours.SelfAttention(*parts, parameter(layer.gamma))


def resampling(layer):
    padding = layer._padding(layer.input.shape)
    return ours.FilterResample(layer.kernel, layer.up, layer.down, padding, layer.gain)


def bias_activation(layer):
    bias = parameter(layer.bias) if layer.use_bias else None
    return ours.BiasActivation(bias, layer.negative_slope, layer.gain, layer.limit)


def modulated_convolution(layer):
    kernel = parameter(layer.kernel, 3, 2, 0, 1)
    return ours.ModulatedConvolution(
        kernel, layer.upsample, layer.demodulate, layer.epsilon
    )


def pixel_norm(layer):
    return ours.Apply(
        lambda x: x * (x.square().mean(1, keepdim=True) + layer.epsilon).rsqrt()
    )


#: by the name of the class, of a layer or of an operation
TRANSLATIONS = {
    "Activation": activation,
    "Add": lambda layer: ours.Apply(lambda *terms: sum(terms[1:], terms[0])),
    "AveragePooling2D": mean_pool,
    "BatchNormalization": batch_norm,
    "Concatenate": lambda layer: ours.Apply(lambda *parts: torch.cat(parts, 1)),
    "Conv2D": convolution,
    "Dense": dense,
    "DepthwiseConv2D": depthwise,
    "Dot": lambda layer: ours.Apply(lambda x, y: (x * y).sum(1, keepdim=True)),
    "Embedding": embedding,
    "Flatten": flatten,
    "LeakyReLU": lambda layer: nn.LeakyReLU(layer.negative_slope),
    "ReLU": lambda layer: nn.ReLU(),
    "Reshape": reshape,
    "Split": lambda op: ours.Apply(
        lambda x: torch.tensor_split(x, op.indices_or_sections, dim=1)
    ),
    "Unstack": lambda op: ours.Apply(lambda x: x.unbind(op.axis)),
    "UpSampling2D": upsampling,
    "Basis2D": lambda layer: ours.Basis(parameter(layer.basis, 2, 0, 1)),
    "BiasActivation": bias_activation,
    "ConditionalBatchNormalization": conditional_batch_norm,
    "EqualizedLearningRate": equalized,
    "FIRResampling2D": resampling,
    "FreshLatents": lambda layer: ours.FreshLatents(),
    "GlobalSumPooling2D": lambda layer: ours.Apply(lambda x: x.sum((2, 3))),
    "LatentAverage": lambda layer: ours.RunningMean(tensor(layer.average), layer.decay),
    "LearnedConstant": lambda layer: ours.Constant(parameter(layer.constant, 2, 0, 1)),
    "MinibatchStandardDeviation": lambda layer: ours.GroupDeviation(
        layer.group_size, layer.epsilon
    ),
    "ModulatedBatchNormalization": lambda layer: ours.ModulatedBatchNorm(
        batch_norm(layer)
    ),
    "ModulatedConv2D": modulated_convolution,
    "NoiseInjection": lambda layer: ours.Noise(
        tensor(layer.noise, 2, 0, 1), parameter(layer.strength)
    ),
    "PixelNormalization": pixel_norm,
    "SelfAttention": attention,
    "SpectralNormalization": spectral,
    "StyleMixing": lambda layer: ours.StyleMixing(layer.layers, layer.probability),
    "Tap": lambda layer: ours.Tap(),
}
