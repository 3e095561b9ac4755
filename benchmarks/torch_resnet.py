"""The residual networks of `networks/resnet.py` at 32x32 in plain PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class ConditionalBatchNorm(nn.Module):
    def __init__(self, channels, classes=10):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Embedding(classes, channels)
        self.bias = nn.Embedding(classes, channels)
        nn.init.normal_(self.gain.weight, 1.0, 0.02)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x, labels):
        gain, bias = self.gain(labels), self.bias(labels)
        return gain[:, :, None, None] * self.norm(x) + bias[:, :, None, None]


class Up(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.norms = nn.ModuleList(
            ConditionalBatchNorm(size) for size in (channels, width)
        )
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, width, 1)

    def forward(self, x, labels):
        up = F.interpolate(x, scale_factor=2)
        h = F.interpolate(F.relu(self.norms[0](x, labels)), scale_factor=2)
        h = F.relu(self.norms[1](self.first(h), labels))
        return self.second(h) + self.shortcut(up)


class Generator(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.project = nn.Linear(128, 16 * widths[0])
        self.blocks = nn.ModuleList(map(Up, widths[:-1], widths[1:]))
        self.norm = nn.BatchNorm2d(widths[-1])
        self.to_image = nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, latents, labels):
        x = self.project(latents).unflatten(1, (-1, 4, 4))
        for block in self.blocks:
            x = block(x, labels)
        return torch.tanh(self.to_image(F.relu(self.norm(x))))


class Down(nn.Module):
    def __init__(self, channels, width, halve, first):
        super().__init__()
        hidden = width if first else channels
        self.halve, self.first = halve, first
        self.convolutions = nn.ModuleList(
            spectral_norm(nn.Conv2d(*sizes, 3, padding=1))
            for sizes in ((channels, hidden), (hidden, width))
        )
        self.shortcut = None
        if first or halve or channels != width:
            self.shortcut = spectral_norm(nn.Conv2d(channels, width, 1))

    def mean(self, x):
        return F.avg_pool2d(x, 2) if self.halve else x

    def forward(self, x):
        one, two = self.convolutions
        h = self.mean(two(F.relu(one(x if self.first else F.relu(x)))))
        if self.shortcut is None:
            return h + x
        if self.first:
            return h + self.shortcut(self.mean(x))
        return h + self.mean(self.shortcut(x))


class Discriminator(nn.Module):
    def __init__(self, widths, classes=10):
        super().__init__()
        self.blocks = nn.Sequential(
            *(
                Down(*sizes, halve=i < 2, first=i == 0)
                for i, sizes in enumerate(zip((3, *widths), widths, strict=False))
            )
        )
        self.logit = spectral_norm(nn.Linear(widths[-1], 1))
        self.embedding = spectral_norm(nn.Embedding(classes, widths[-1]))

    def forward(self, images, labels):
        features = F.relu(self.blocks(images)).sum((2, 3))
        projection = (self.embedding(labels) * features).sum(1, keepdim=True)
        return self.logit(features) + projection
