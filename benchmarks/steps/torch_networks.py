"""The networks of a case in PyTorch."""

from torch import nn


def networks(case, gan):
    """A generator and a discriminator, each a module that takes its inputs in order.

    Those of DCGAN, WGAN-GP and MLPGAN are written out; the others are translated.
    """
    if case.family == "MLPGAN":
        return dense()
    if case.family in ("DCGAN", "WGANGP"):
        norm = case.family == "DCGAN" and not case.penalties
        return convolutional(norm)
    from steps.translation import Translated

    return Translated(gan.generator), Translated(gan.discriminator)


def dense():
    hidden, layers = 100, []
    for width in (256, 512, 256, 128):
        layers += [nn.Linear(hidden, width, bias=False), nn.BatchNorm1d(width)]
        layers += [nn.LeakyReLU(0.2)]
        hidden = width
    g = nn.Sequential(
        *layers, nn.Linear(128, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))
    )
    d = nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 128), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
        *(nn.Linear(128, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3)),
        nn.Linear(256, 1),
    )
    return g, d


def convolutional(norm):
    g = nn.Sequential(
        *(nn.Linear(100, 6272, bias=False), nn.Unflatten(1, (128, 7, 7))),
        *(nn.BatchNorm2d(128), nn.ReLU()),
        nn.ConvTranspose2d(128, 64, 5, 2, 2, output_padding=1, bias=False),
        *(nn.BatchNorm2d(64), nn.ReLU()),
        *(nn.ConvTranspose2d(64, 1, 5, 2, 2, output_padding=1), nn.Tanh()),
    )
    norm = [nn.BatchNorm2d(128)] if norm else []
    d = nn.Sequential(
        *(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(64, 128, 5, 2, 2), *norm, nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(6272, 1)),
    )
    return g, d
