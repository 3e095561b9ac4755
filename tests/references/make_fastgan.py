"""Writes fastgan.npz: what hugobb/FastGAN-pytorch's networks make at 256x256.

    python tests/references/make_fastgan.py PATH_OF_FASTGAN_PYTORCH

With few channels, in evaluation; of the images every 16th pixel. The generator's noise
is one map for each place, as ours has it there.
"""

import importlib
import random
import sys
from pathlib import Path

import numpy as np
import torch
from filling import draw, save

WIDTH, LATENTS, SIZE, STEP = 8, 5, 256, 16


def images():
    """What the discriminator judges, channels first; the test draws it again."""
    drawn = np.random.RandomState(1).uniform(-1, 1, (2, 3, SIZE, SIZE))
    return drawn.astype("float32")


def main(path):
    sys.path.insert(0, path)
    models = importlib.import_module("models")
    noise = {}

    def with_stored_noise(self, feat, noise_=None):
        return feat + self.weight * noise[self]

    models.NoiseInjection.forward = with_stored_noise
    generator = models.Generator(ngf=WIDTH, nz=LATENTS, im_size=SIZE)
    discriminator = models.Discriminator(ndf=WIDTH, im_size=SIZE)
    shapes = {}
    for prefix, network in (("g", generator), ("d", discriminator)):
        for name, tensor in network.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                shapes[f"{prefix}.{name}"] = tuple(tensor.shape)
    for name, module in generator.named_modules():
        if isinstance(module, models.NoiseInjection):
            size = int(name.split(".")[0].removeprefix("feat_"))
            shapes[f"g.{name}.noise"] = (size, size)
    drawn = {name: torch.from_numpy(x) for name, x in draw(shapes).items()}
    for prefix, network in (("g", generator), ("d", discriminator)):
        for name, tensor in network.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(drawn[f"{prefix}.{name}"])
        network.eval()
    for name, module in generator.named_modules():
        if isinstance(module, models.NoiseInjection):
            noise[module] = drawn[f"g.{name}.noise"]
    latents = np.random.RandomState(0).standard_normal((2, LATENTS)).astype("float32")
    random.randint = lambda low, high: 2  # the lower left quarter
    with torch.no_grad():
        made, _ = generator(torch.from_numpy(latents))
        logits, decoded, _ = discriminator(torch.from_numpy(images()), "real")
    save(
        Path(__file__).with_name("fastgan.npz"),
        shapes,
        in_latents=latents,
        out_images=made.numpy()[:, :, ::STEP, ::STEP],
        out_logits=logits.numpy(),
        **{
            f"out_{name}": image.numpy()[:, :, ::STEP, ::STEP]
            for name, image in zip(("whole", "small", "part"), decoded, strict=True)
        },
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
