"""Writes `biggan_deep.npz`: the generator of pytorch-pretrained-biggan.

    python tests/references/make_biggan_deep.py pytorch-pretrained-BigGAN

At 64x64 and few channels, for some truncations; every third row and column. Its package
imports what downloads files, which is stood in for.
"""

import importlib
import sys
import types
from pathlib import Path

import numpy as np
import torch
from filling import draw, save, weight

CLASSES, LATENTS = 4, 6
# Tabulated; by rounding its neighbour's (twice); between two of them.
TRUNCATIONS = 1.0, 0.5, 0.58, 0.14, 0.505


def published(folder):
    package = types.ModuleType("pytorch_pretrained_biggan")
    package.__path__ = [str(Path(folder) / "pytorch_pretrained_biggan")]
    files = types.ModuleType(f"{package.__name__}.file_utils")
    files.cached_path = None
    sys.modules |= {package.__name__: package, files.__name__: files}
    config = importlib.import_module(f"{package.__name__}.config").BigGANConfig(
        output_dim=64,
        z_dim=LATENTS,
        class_embed_dim=LATENTS,
        channel_width=4,
        num_classes=CLASSES,
        layers=[
            (False, 16, 16),
            (True, 16, 8),
            (False, 8, 8),
            (True, 8, 4),
            (False, 4, 4),
            (True, 4, 2),
            (False, 2, 2),
            (True, 2, 1),
        ],
        attention_layer_position=4,
    )
    return importlib.import_module(f"{package.__name__}.model").BigGAN(config)


def main(folder):
    network = published(folder).eval()
    state = network.state_dict()
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    drawn = draw(shapes)
    network.load_state_dict({k: torch.tensor(v) for k, v in drawn.items()})
    latents, labels = 3.0 * weight("latents", (2, LATENTS)), np.array([3, 0])
    with torch.no_grad():
        one_hot = torch.eye(CLASSES)[torch.tensor(labels)]
        images = [network(torch.tensor(latents), one_hot, t) for t in TRUNCATIONS]
        images = torch.stack(images).numpy()
    save(
        Path(__file__).with_name("biggan_deep.npz"),
        shapes,
        in_latents=latents,
        in_labels=labels,
        in_truncations=np.array(TRUNCATIONS),
        out_images=images[:, :, :, ::3, ::3],
    )
    print(images.shape, np.abs(images).max(), images.std())


if __name__ == "__main__":
    main(sys.argv[1])
