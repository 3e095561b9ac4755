"""Writes fastgan.npz: what hugobb/FastGAN-pytorch's networks make at 256x256.

    python tests/references/make_fastgan.py PATH_OF_FASTGAN_PYTORCH [512|1024]

With another size fastgan_512.npz or fastgan_1024.npz. With few channels, in evaluation;
of the images 16 rows and columns, of the decoders' 8. The generator's noise
is one map for each place, as ours has it there.
"""

import importlib
import random
import sys
from pathlib import Path

import numpy as np
import torch
from filling import draw, save

WIDTH, LATENTS = 8, 5


def images(size):
    """What the discriminator judges, channels first; the test draws it again."""
    drawn = np.random.RandomState(1).uniform(-1, 1, (2, 3, size, size))
    return drawn.astype("float32")


def main(path, size=256):
    size = int(size)
    step = size // 16
    sys.path.insert(0, path)
    models = importlib.import_module("models")
    noise = {}

    def with_stored_noise(self, feat, noise_=None):
        return feat + self.weight * noise[self]

    models.NoiseInjection.forward = with_stored_noise
    generator = models.Generator(ngf=WIDTH, nz=LATENTS, im_size=size)
    discriminator = models.Discriminator(ndf=WIDTH, im_size=size)
    shapes = {}
    for prefix, network in (("g", generator), ("d", discriminator)):
        for name, tensor in network.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                shapes[f"{prefix}.{name}"] = tuple(tensor.shape)
    for name, module in generator.named_modules():
        if isinstance(module, models.NoiseInjection):
            side = int(name.split(".")[0].removeprefix("feat_"))
            shapes[f"g.{name}.noise"] = (side, side)
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
        logits, decoded, _ = discriminator(torch.from_numpy(images(size)), "real")
    save(
        Path(__file__).with_name(f"fastgan{f'_{size}' if size > 256 else ''}.npz"),
        shapes,
        in_latents=latents,
        out_images=made.numpy()[:, :, ::step, ::step],
        out_logits=logits.numpy(),
        **{
            f"out_{name}": image.numpy()[:, :, ::16, ::16]
            for name, image in zip(("whole", "small", "part"), decoded, strict=True)
        },
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
