"""Run brownvc/R3GAN's networks, reduced, on a CPU and keep what comes out.

python tests/references/make_r3gan.py PATH_OF_R3GAN
"""

import sys
from pathlib import Path

import filling
import numpy as np
import torch

CLASSES = 3
WIDTHS = [32, 16]
GROUPS = [4, 2]  # of 16 channels, of twice the width


def main(path):
    sys.path.insert(0, path)
    from R3GAN.Networks import Discriminator, Generator

    shapes, arrays = {}, {}
    rng = np.random.RandomState(0)
    common = {"BlocksPerStage": [2, 2], "ExpansionFactor": 2}
    classes = {"ConditionDimension": CLASSES}
    networks = {
        "g": Generator(
            5, WIDTHS, GROUPS, ConditionEmbeddingDimension=5, **common, **classes
        ),
        "d": Discriminator(
            WIDTHS[::-1],
            GROUPS[::-1],
            ConditionEmbeddingDimension=WIDTHS[0],
            **common,
            **classes,
        ),
        "plain_g": Generator(5, WIDTHS, GROUPS, **common),
        "plain_d": Discriminator(WIDTHS[::-1], GROUPS[::-1], **common),
    }
    arrays["in_labels"] = labels = np.array([2, 0, 1])
    arrays["in_latents"] = rng.standard_normal((3, 5)).astype("float32")
    arrays["in_images"] = rng.uniform(-1, 1, (3, 3, 8, 8)).astype("float32")
    one_hot = torch.eye(CLASSES)[labels]
    for name, network in networks.items():
        state = {
            key: value
            for key, value in network.state_dict().items()
            if not key.endswith("Resampler.Kernel")  # a constant
        }
        for key, value in state.items():
            filled = filling.weight(f"{name}.{key}", tuple(value.shape))
            value.copy_(torch.from_numpy(filled))
            shapes[f"{name}.{key}"] = tuple(value.shape)
        given = arrays["in_latents" if name.endswith("g") else "in_images"]
        given = [torch.from_numpy(given)] + [one_hot] * (not name.startswith("plain"))
        with torch.no_grad():
            arrays[f"out_{name}"] = network.eval()(*given).numpy()
    filling.save(Path(__file__).with_name("r3gan.npz"), shapes, **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
