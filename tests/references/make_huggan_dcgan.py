"""Writes huggan_dcgan.npz: what the generator of huggan's DCGAN makes.

    python tests/references/make_huggan_dcgan.py PATH_OF_COMMUNITY_EVENTS

That is huggingface/community-events, huggan/pytorch/dcgan/modeling_dcgan.py. With few
channels, in evaluation; of the images every 4th pixel.
"""

import importlib
import sys
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import torch
from filling import draw, save

STEP = 4
SETTINGS = {"num_channels": 3, "latent_dim": 5, "hidden_size": 2}


def main(path):
    sys.path.insert(0, path)
    sys.modules["huggan.pytorch.huggan_mixin"] = MagicMock()
    sys.modules["huggan.pytorch.huggan_mixin"].HugGANModelHubMixin = type("M", (), {})
    module = importlib.import_module("huggan.pytorch.dcgan.modeling_dcgan")
    generator = module.Generator(**SETTINGS)
    state = {
        name: tensor
        for name, tensor in generator.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for name, array in draw(shapes).items():
        state[name].copy_(torch.from_numpy(array))
    generator.eval()
    latents = np.random.RandomState(0).standard_normal((2, SETTINGS["latent_dim"]))
    latents = latents.astype("float32")
    with torch.no_grad():
        images = generator(torch.from_numpy(latents)[:, :, None, None])
    save(
        Path(__file__).with_name("huggan_dcgan.npz"),
        shapes,
        in_latents=latents,
        out_images=images.numpy()[:, :, ::STEP, ::STEP],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
