"""The layers of our networks that torch has not, as one writes them in PyTorch.

Channels first. Each is a module; `translation` makes it of ours.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Apply(nn.Module):
    """A function without weights."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


class Scale(nn.Module):
    """A parametrization: a weight that is scaled when it is used."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, weight):
        return weight * self.scale


def over_places(x):
    return x[:, :, None, None]


class ConditionalBatchNorm(nn.Module):
    def __init__(self, norm, gain, bias):
        super().__init__()
        self.norm, self.gain, self.bias = norm, gain, bias

    def forward(self, x, labels):
        gain, bias = self.gain(labels), self.bias(labels)
        return over_places(gain) * self.norm(x) + over_places(bias)


class ModulatedBatchNorm(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x, gain, bias):
        return over_places(1 + gain) * self.norm(x) + over_places(bias)


class SelfAttention(nn.Module):
    def __init__(self, theta, phi, g, o, gamma):
        super().__init__()
        self.theta, self.phi, self.g, self.o, self.gamma = theta, phi, g, o, gamma

    def forward(self, x):
        theta = self.theta(x).flatten(2)
        phi, g = (F.max_pool2d(f(x), 2).flatten(2) for f in (self.phi, self.g))
        shares = torch.softmax(torch.bmm(theta.transpose(1, 2), phi), dim=2)
        found = torch.bmm(g, shares.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gamma * self.o(found)


class FilterResample(nn.Module):
    """Zeros between the pixels, zeros around them, a filter, every second pixel."""

    def __init__(self, kernel, up, down, padding, gain):
        super().__init__()
        taps = torch.tensor(kernel)
        taps = torch.outer(taps, taps) / taps.sum() ** 2 * up**2 * gain
        self.register_buffer("taps", taps[None, None])
        self.up, self.down = up, down
        (top, bottom), (left, right) = padding
        self.around = (left, right, top, bottom)

    def forward(self, x):
        n, channels, rows, columns = x.shape
        if self.up > 1:
            x = F.pad(x[:, :, :, None, :, None], (0, 1, 0, 0, 0, 1))
            x = x.reshape(n, channels, 2 * rows, 2 * columns)
        taps = self.taps.expand(channels, -1, -1, -1)
        return F.conv2d(F.pad(x, self.around), taps, stride=self.down, groups=channels)


class Basis(nn.Module):
    def __init__(self, basis):
        super().__init__()
        self.basis = basis

    def forward(self, x):
        return over_places(x) * self.basis


class BiasActivation(nn.Module):
    def __init__(self, bias, slope, gain, limit):
        super().__init__()
        self.bias, self.slope, self.gain, self.limit = bias, slope, gain, limit

    def forward(self, x):
        if self.bias is not None:
            x = x + self.bias.reshape(1, -1, *[1] * (x.ndim - 2))
        if self.slope != 1:
            x = F.leaky_relu(x, self.slope)
        if self.gain != 1:
            x = x * self.gain
        return x if self.limit is None else x.clamp(-self.limit, self.limit)


class Constant(nn.Module):
    def __init__(self, constant):
        super().__init__()
        self.constant = constant

    def forward(self, ws):
        return self.constant.expand(len(ws), -1, -1, -1)


class ModulatedConvolution(nn.Module):
    """Scales activations, not kernels, as NVIDIA's code does in training."""

    def __init__(self, kernel, upsample, demodulate, epsilon):
        super().__init__()
        self.weight = kernel
        self.upsample, self.demodulate, self.epsilon = upsample, demodulate, epsilon

    def forward(self, x, styles):
        weight = self.weight
        if not self.demodulate:
            weight = weight / math.sqrt(weight[0].numel())
        x = x * over_places(styles)
        if self.upsample:
            x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        else:
            x = F.conv2d(x, weight, padding=weight.shape[-1] // 2)
        if self.demodulate:
            sizes = styles.square() @ weight.square().sum((2, 3)).T
            x = x * over_places((sizes + self.epsilon).rsqrt())
        return x


class Noise(nn.Module):
    def __init__(self, noise, strength):
        super().__init__()
        self.register_buffer("noise", noise)
        self.strength = strength

    def forward(self, x):
        if not self.training:
            return x + self.noise * self.strength
        return x + torch.randn(len(x), 1, *x.shape[2:]) * self.strength


class GroupDeviation(nn.Module):
    """One more channel: how much the images of a group differ."""

    def __init__(self, group, epsilon):
        super().__init__()
        self.group, self.epsilon = group, epsilon

    def forward(self, x):
        n = len(x)
        group = self.group if n % self.group == 0 else n
        y = x.reshape(group, n // group, *x.shape[1:])
        y = (y - y.mean(0)).square().mean(0).add(self.epsilon).sqrt().mean((1, 2, 3))
        y = y.repeat(group)[:, None, None, None].expand(-1, 1, *x.shape[2:])
        return torch.cat([x, y], 1)


class StyleMixing(nn.Module):
    def __init__(self, layers, probability):
        super().__init__()
        self.layers, self.probability = layers, probability

    def forward(self, w, other):
        ws = w[:, None].repeat(1, self.layers, 1)
        if self.training and torch.rand(()) < self.probability:
            place = int(torch.randint(1, self.layers, ()))
            others = other[:, None].repeat(1, self.layers - place, 1)
            ws = torch.cat([ws[:, :place], others], 1)
        return ws


class RunningMean(nn.Module):
    def __init__(self, average, decay):
        super().__init__()
        self.register_buffer("average", average)
        self.decay = decay

    def forward(self, w):
        if self.training:
            with torch.no_grad():
                self.average.lerp_(w.mean(0), 1 - self.decay)
        return w


class Tap(nn.Module):
    """Keeps what passed through it last."""

    def forward(self, x):
        self.value = x
        return x


class FreshLatents(nn.Module):
    def forward(self, latents):
        return torch.randn_like(latents) if self.training else latents
