"""Makes mimicry_*.npz from torch-mimicry 0.1.16.

    python tests/references/make_mimicry.py PATH_OF_TORCH_MIMICRY

SNGAN's, cGAN-PD's, SSGAN's, InfoMax-GAN's and WGAN-GP's networks for 32x32, with 16
channels (8 for the last), on a CPU. The discriminators of SSGAN and
InfoMax-GAN judge noise: their generators are SNGAN's.
"""

import importlib
import sys
import types
from pathlib import Path

import numpy as np
import torch
from filling import draw, save

HERE = Path(__file__).parent
CLASSES, LATENTS, WIDTH = 3, 8, 16


def import_networks(path):
    """`torch_mimicry.nets` without the rest, which wants an older torch."""
    for name in ("torch_mimicry", "torch_mimicry.nets"):
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = [str(Path(path, *name.split(".")))]
    return importlib.import_module


def fill(networks):
    shapes = {name: tuple(t.shape) for name, t in networks.state_dict().items()}
    shapes = {n: shape for n, shape in shapes.items() if "num_batches" not in n}
    drawn = {n: torch.from_numpy(array) for n, array in draw(shapes).items()}
    networks.load_state_dict(drawn, strict=False)
    networks.eval()
    return shapes


def make(load):
    rng = np.random.RandomState(0)
    z = rng.standard_normal((2, LATENTS)).astype("float32")
    noise = rng.uniform(-1, 1, (2, 3, 32, 32)).astype("float16").astype("float32")
    labels = torch.tensor([0, 2])

    def nets(module, name):
        return getattr(load(f"torch_mimicry.nets.{module}.{module}_32"), f"{name}32")

    sizes = {"nz": LATENTS, "ngf": WIDTH}
    sngan = torch.nn.ModuleDict(
        {
            "g": nets("sngan", "SNGANGenerator")(**sizes),
            "d": nets("sngan", "SNGANDiscriminator")(ndf=WIDTH),
        }
    )
    shapes = fill(sngan)
    images = sngan["g"](torch.from_numpy(z))
    logits = sngan["d"](images)
    save(
        HERE / "mimicry_sngan.npz",
        shapes,
        in_z=z,
        out_images=images.numpy(),
        out_logits=logits.numpy(),
    )
    pd = torch.nn.ModuleDict(
        {
            "g": nets("cgan_pd", "CGANPDGenerator")(CLASSES, **sizes),
            "d": nets("cgan_pd", "CGANPDDiscriminator")(CLASSES, ndf=WIDTH),
        }
    )
    shapes = fill(pd)
    images = pd["g"](torch.from_numpy(z), labels)
    logits = pd["d"](images, labels)
    save(
        HERE / "mimicry_cgan_pd.npz",
        shapes,
        in_z=z,
        in_labels=labels.numpy().astype("int32"),
        out_images=images.numpy(),
        out_logits=logits.numpy(),
    )
    wgan = torch.nn.ModuleDict(
        {
            "g": nets("wgan_gp", "WGANGPGenerator")(nz=LATENTS, ngf=WIDTH // 2),
            "d": nets("wgan_gp", "WGANGPDiscriminator")(ndf=WIDTH // 2),
        }
    )
    shapes = fill(wgan)
    images = wgan["g"](torch.from_numpy(z))
    logits = wgan["d"](images)
    save(
        HERE / "mimicry_wgan_gp.npz",
        shapes,
        in_z=z,
        out_images=images.numpy(),
        out_logits=logits.numpy(),
    )
    given = noise.astype("float16")
    ssgan = torch.nn.ModuleDict({"d": nets("ssgan", "SSGANDiscriminator")(ndf=WIDTH)})
    shapes = fill(ssgan)
    logits, rotations = ssgan["d"](torch.from_numpy(noise))
    batch = torch.from_numpy(rng.uniform(-1, 1, (8, 3, 8, 8)).astype("float32"))
    turned, turns = ssgan["d"]._rotate_batch(batch)
    loss, _ = ssgan["d"].compute_ss_loss(torch.from_numpy(noise), 0.2)
    save(
        HERE / "mimicry_ssgan.npz",
        shapes,
        in_images=given,
        out_logits=logits.numpy(),
        out_rotations=rotations.numpy(),
        in_batch=batch.numpy(),
        out_turned=turned.numpy(),
        out_turns=turns.numpy(),
        out_loss=loss.numpy(),
    )
    network = nets("infomax_gan", "InfoMaxGANDiscriminator")(nrkhs=6, ndf=WIDTH)
    infomax = torch.nn.ModuleDict({"d": network})
    shapes = fill(infomax)
    logits, local, pooled = network(torch.from_numpy(noise))
    local, pooled = network.project_features(local, pooled)
    a = torch.from_numpy(rng.standard_normal((3, 6, 2, 2)).astype("float32"))
    b = torch.from_numpy(rng.standard_normal((3, 6)).astype("float32"))
    save(
        HERE / "mimicry_infomax.npz",
        shapes,
        in_images=given,
        out_logits=logits.numpy(),
        out_local=local.numpy(),
        out_global=pooled.numpy(),
        in_local=a.numpy(),
        in_global=b.numpy(),
        out_loss=network.compute_infomax_loss(a, b, 0.2).numpy(),
    )


if __name__ == "__main__":
    with torch.no_grad():
        make(import_networks(sys.argv[1]))
