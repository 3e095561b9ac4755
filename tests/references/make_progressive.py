"""Makes progressive.npz and facebook_dcgan.npz from facebookresearch/pytorch_GAN_zoo.

    python tests/references/make_progressive.py PATH_OF_PYTORCH_GAN_ZOO

At commit b75dee4, on a CPU; 16x16, at most 12 channels. Its DCGAN is at 32x32.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from filling import equalized, save, weight

HERE = Path(__file__).parent


def main():
    from models.networks.progressive_conv_net import DNet, GNet

    networks = {"netG": GNet(9, 12), "netD": DNet(12, miniBatchNormalization=True)}
    shapes = {}
    for key, network in networks.items():
        for width in (10, 6):
            network.addScale(width)
        for name, tensor in network.state_dict(prefix=f"{key}.").items():
            shapes[name] = tuple(tensor.shape)
            tensor.copy_(torch.from_numpy(equalized(name, shapes[name])))
    z = np.random.RandomState(0).standard_normal((8, 9)).astype("float32")
    with torch.no_grad():
        images = networks["netG"](torch.from_numpy(z))
        logits = networks["netD"](images)
    save(
        HERE / "progressive.npz",
        shapes,
        in_z=z,
        out_images=images[:3].numpy(),
        out_logits=logits.numpy(),
    )


def dcgan():
    from models.networks.DCGAN_nets import DNet, GNet

    networks = {"netG": GNet(5, 3, 4, 2), "netD": DNet(3, 4, 1, 2)}
    shapes = {}
    for key, network in networks.items():
        for name, tensor in network.state_dict(prefix=f"{key}.").items():
            if not name.endswith("num_batches_tracked"):
                shapes[name] = tuple(tensor.shape)
                tensor.copy_(torch.from_numpy(weight(name, shapes[name])))
        network.eval()
    z = np.random.RandomState(0).standard_normal((3, 5)).astype("float32")
    with torch.no_grad():
        images = networks["netG"](torch.from_numpy(z))
        logits = networks["netD"](images)
    save(
        HERE / "facebook_dcgan.npz",
        shapes,
        in_z=z,
        out_images=images.numpy(),
        out_logits=logits.numpy(),
    )


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main()
    dcgan()
