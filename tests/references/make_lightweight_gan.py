"""Writes lightweight_gan.npz: what the networks of huggan's Lightweight GAN make.

    python tests/references/make_lightweight_gan.py PATH_OF_COMMUNITY_EVENTS

That is huggingface/community-events, huggan/pytorch/lightweight_gan. With few channels,
in evaluation; of the images every 32nd or 8th pixel. `large` has attention and one
logit, as the published butterflies, `small` 5x5 logits and grey images.
"""

import importlib
import random
import sys
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import torch
from filling import draw, save

STAND_INS = [
    "accelerate",
    "datasets",
    "huggingface_hub",
    "kornia",
    "kornia.filters",
    "torchvision",
    "torchvision.transforms",
    "torchvision.utils",
]
SETTINGS = {"latent_dim": 6, "fmap_max": 16, "fmap_inverse_coef": 9}
GANS = {
    "large": {"image_size": 512, "attn_res_layers": [32], "disc_output_size": 1},
    "small": {"image_size": 64, "greyscale": True, "disc_output_size": 5},
}
CHANNELS, STEPS = {"large": 3, "small": 1}, {"large": 32, "small": 8}


def images(name):
    """What the discriminator judges, channels first; the test draws it again."""
    shape = (2, CHANNELS[name], *[GANS[name]["image_size"]] * 2)
    return np.random.RandomState(1).uniform(0, 1, shape).astype("float32")


def main(path):
    sys.path.insert(0, path)
    for name in STAND_INS:
        sys.modules[name] = MagicMock()
    for name in ("huggan_mixin", "diff_augment"):
        folder = "lightweight_gan." if name == "diff_augment" else ""
        sys.modules[f"huggan.pytorch.{folder}{name}"] = MagicMock()
    sys.modules["huggan.utils.hub"] = MagicMock()
    sys.modules["huggan.pytorch.huggan_mixin"].HugGANModelHubMixin = type("M", (), {})
    module = importlib.import_module("huggan.pytorch.lightweight_gan.lightweight_gan")
    shapes, arrays = {}, {}
    latents = np.random.RandomState(0).standard_normal((2, SETTINGS["latent_dim"]))
    arrays["in_latents"] = latents.astype("float32")
    module.random = random.random = lambda: 0.6  # the lower left quarter
    for name, settings in GANS.items():
        gan = module.LightweightGAN(**SETTINGS, **settings)
        found = {
            key: tensor
            for key, tensor in gan.state_dict().items()
            if not key.endswith("num_batches_tracked")
        }
        own = {f"{name}.{key}": tuple(tensor.shape) for key, tensor in found.items()}
        shared = {key: own[key] for key in own if not key.startswith(f"{name}.D_aug")}
        for key, array in draw(shared).items():
            found[key.removeprefix(f"{name}.")].copy_(torch.from_numpy(array))
        shapes |= own
        gan.eval()
        step = STEPS[name]
        decoded = {"whole": [], "part": []}
        decoders = {"whole": gan.D.decoder1, "part": gan.D.decoder2}
        for kind, decoder in decoders.items():
            if decoder is not None:
                keep = decoded[kind].append
                decoder.register_forward_hook(lambda _, given, out, k=keep: k(out))
        with torch.no_grad():
            for kind in ("G", "GE"):
                made = getattr(gan, kind)(torch.from_numpy(arrays["in_latents"]))
                arrays[f"out_{name}_{kind}"] = made.numpy()[:, :, ::step, ::step]
            shown = torch.from_numpy(images(name))
            logits, small, loss = gan.D(shown, calc_aux_loss=True)
        arrays[f"out_{name}_logits"] = logits.numpy()
        arrays[f"out_{name}_small_logits"] = small.numpy()
        arrays[f"out_{name}_reconstruction"] = loss.numpy()
        for kind, made in decoded.items():
            for image in made:
                arrays[f"out_{name}_{kind}"] = image.numpy()[:, :, ::8, ::8]
    save(Path(__file__).with_name("lightweight_gan.npz"), shapes, **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
