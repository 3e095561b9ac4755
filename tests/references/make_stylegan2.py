"""Makes stylegan2.npz and stylegan2_labels.npz from NVlabs/stylegan2-ada-pytorch.

    python tests/references/make_stylegan2.py PATH_OF_STYLEGAN2_ADA_PYTORCH

At commit d72cc7d, on a CPU, where it runs its own plain operations; 32x32, at most 12
channels. The discriminator of the first is the CIFAR-10 one, "orig".
"""

import sys
from pathlib import Path

import numpy as np
import torch
from filling import equalized, save

HERE = Path(__file__).parent
LIMIT = 256


def fill(network, key):
    """The filters stay; all else is drawn. Returns shapes by name, after `key`."""
    found = {}
    for name, tensor in network.state_dict(prefix=f"{key}.").items():
        if not name.endswith("resample_filter"):
            found[name] = tuple(tensor.shape)
            tensor.copy_(torch.from_numpy(equalized(name, found[name])))
    return found


def make(name, classes, architecture):
    from training.networks import Discriminator, Generator

    sizes = {"channel_base": 256, "channel_max": 12, "conv_clamp": LIMIT}
    generator = Generator(
        8, classes, 10, 32, 3, {"num_layers": 2}, {**sizes, "num_fp16_res": 0}
    )
    discriminator = Discriminator(
        classes, 32, 3, architecture, **sizes, epilogue_kwargs={"mbstd_group_size": 2}
    )
    networks = {"G": generator.eval(), "D": discriminator.eval()}
    rng = np.random.RandomState(0)
    z = rng.standard_normal((4, 8)).astype("float32")
    ws = rng.standard_normal((2, generator.num_ws, 10)).astype("float32")
    labels = np.array([0, 2, 1, 2][: 4 if classes else 0], "int32")
    one_hot = np.eye(max(classes, 1), dtype="float32")[labels] if classes else z[:, :0]
    with torch.no_grad():
        shapes = {
            name: shape
            for key, network in networks.items()
            for name, shape in fill(network, key).items()
        }
        c = torch.from_numpy(one_hot)
        w = generator.mapping(torch.from_numpy(z), c)[:, 0]
        truncated = generator.mapping(torch.from_numpy(z), c, truncation_psi=0.7)[:, 0]
        synthesis = generator.synthesis(torch.from_numpy(ws), noise_mode="const")
        images = generator(torch.from_numpy(z), c, noise_mode="const")
        logits = discriminator(images, c)
    save(
        HERE / f"{name}.npz",
        shapes,
        in_z=z,
        in_ws=ws,
        in_labels=labels,
        out_w=w.numpy(),
        out_truncated=truncated.numpy(),
        out_synthesis=synthesis.numpy(),
        out_image=images[:1].numpy(),
        out_logits=logits.numpy(),
    )


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    make("stylegan2", 0, "orig")
    make("stylegan2_labels", 3, "resnet")
